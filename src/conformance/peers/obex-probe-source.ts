/**
 * A client and a server on libopenobex, in C: it writes and reads the packets. libopenobex knows nothing of authentication, so challenges and
 * responses are raw headers here, and `openssl md5` makes the digests.
 */
export const obexProbeSource = String.raw`// A client and a server on libopenobex, which reads and writes every packet. It knows nothing of authentication: challenges and
// responses are put together here as raw headers, and openssl makes the digests.
// usage: obex-probe client PORT TYPE FILE none|right|wrong|replay|mutual PASSWORD
//        obex-probe server FILE honest|silent|liar|open PASSWORD
#include <arpa/inet.h>
#include <openobex/obex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const uint8_t target[] = "SYNCML-DM";
static const char *mode, *password, *path;
static uint8_t theirs[16], ours[16], proof[64], digest_seen[16];
static int answer, have_challenge, have_proof, have_connection, proof_length, put_done, connected, links_lost;
static uint32_t connection;
static uint8_t *object; static size_t object_length; static char object_type[256];

/* For who looks whether the other side wrote it anywhere. */
static void tell(const uint8_t *secret) {
  fputs("secret ", stderr);
  for (int at = 0; at < 16; at++) fprintf(stderr, "%02X", secret[at]);
  fputc('\n', stderr);
}

static void digest(const uint8_t *nonce, const char *secret, uint8_t *out) {
  char name[] = "obex-probe-XXXXXX", command[128];
  int file = mkstemp(name);
  if (file < 0 || write(file, nonce, 16) != 16 || write(file, ":", 1) != 1 || write(file, secret, strlen(secret)) != (ssize_t)strlen(secret)) exit(3);
  close(file);
  snprintf(command, sizeof command, "openssl md5 -binary %s", name);
  FILE *pipe = popen(command, "r");
  if (!pipe || fread(out, 1, 16, pipe) != 16) exit(3);
  pclose(pipe);
  unlink(name);
  tell(nonce);
  tell(out);
}

static void random_nonce(uint8_t *out) {
  FILE *file = fopen("/dev/urandom", "rb");
  if (!file || fread(out, 1, 16, file) != 16) exit(3);
  fclose(file);
}

static const uint8_t *tag(const uint8_t *tags, uint32_t length, uint8_t wanted, uint8_t size) {
  for (uint32_t at = 0; at + 2 <= length && at + 2 + tags[at + 1] <= length; at += 2 + tags[at + 1])
    if (tags[at] == wanted && tags[at + 1] == size) return tags + at + 2;
  return NULL;
}

static void add_bytes(obex_t *obex, obex_object_t *to, uint8_t id, const void *value, uint32_t length) {
  obex_headerdata_t data;
  data.bs = value;
  if (OBEX_ObjectAddHeader(obex, to, id, data, length, id == OBEX_HDR_BODY ? 0 : OBEX_FL_FIT_ONE_PACKET) < 0) { fprintf(stderr, "header %02x was not taken\n", id); exit(3); }
}

static void add_number(obex_t *obex, obex_object_t *to, uint8_t id, uint32_t value) {
  obex_headerdata_t data;
  data.bq4 = value;
  OBEX_ObjectAddHeader(obex, to, id, data, 4, OBEX_FL_FIT_ONE_PACKET);
}

static void add_challenge(obex_t *obex, obex_object_t *to, uint8_t *nonce) {
  uint8_t value[21] = {0, 16};
  random_nonce(nonce);
  memcpy(value + 2, nonce, 16);
  memcpy(value + 18, "\x01\x01\x00", 3);
  add_bytes(obex, to, OBEX_HDR_AUTHCHAL, value, sizeof value);
}

static int make_proof(uint8_t *out, const uint8_t *nonce, const char *secret) {
  out[0] = 0; out[1] = 16;
  digest(nonce, secret, out + 2);
  out[18] = 2; out[19] = 16;
  memcpy(out + 20, nonce, 16);
  return 36;
}

static void read_headers(obex_t *obex, obex_object_t *from) {
  uint8_t id; obex_headerdata_t data; uint32_t length;
  have_challenge = have_proof = 0;
  while (OBEX_ObjectGetNextHeader(obex, from, &id, &data, &length) == 1) {
    const uint8_t *found;
    if (id == OBEX_HDR_AUTHCHAL && (found = tag(data.bs, length, 0, 16))) { memcpy(theirs, found, 16); have_challenge = 1; }
    if (id == OBEX_HDR_AUTHRESP && (found = tag(data.bs, length, 0, 16))) { memcpy(digest_seen, found, 16); have_proof = 1; }
    if (id == OBEX_HDR_CONNECTION) { connection = data.bq4; have_connection = 1; }
    if (id == OBEX_HDR_TYPE) snprintf(object_type, sizeof object_type, "%.*s", (int)length, (const char *)data.bs);
    if (id == OBEX_HDR_BODY) { object = realloc(object, length + 1); memcpy(object, data.bs, length); object_length = length; }
  }
}

static void serve(obex_t *obex, obex_object_t *request, int command) {
  uint8_t expected[16];
  read_headers(obex, request);
  if (command == OBEX_CMD_CONNECT) {
    if (strcmp(mode, "open") && !have_proof) {
      OBEX_ObjectSetRsp(request, OBEX_RSP_UNAUTHORIZED, OBEX_RSP_UNAUTHORIZED);
      add_challenge(obex, request, ours);
      puts("challenged");
      return;
    }
    if (strcmp(mode, "open")) {
      digest(ours, password, expected);
      if (memcmp(expected, digest_seen, 16)) {
        OBEX_ObjectSetRsp(request, OBEX_RSP_UNAUTHORIZED, OBEX_RSP_UNAUTHORIZED);
        add_challenge(obex, request, ours);
        puts("wrong");
        return;
      }
      puts("proved");
    }
    OBEX_ObjectSetRsp(request, OBEX_RSP_CONTINUE, OBEX_RSP_SUCCESS);
    add_number(obex, request, OBEX_HDR_CONNECTION, 77);
    add_bytes(obex, request, OBEX_HDR_WHO, target, 9);
    if (have_challenge && (!strcmp(mode, "honest") || !strcmp(mode, "liar"))) {
      proof_length = make_proof(proof, theirs, strcmp(mode, "liar") ? password : "a lie");
      add_bytes(obex, request, OBEX_HDR_AUTHRESP, proof, proof_length);
    }
    return;
  }
  OBEX_ObjectSetRsp(request, OBEX_RSP_CONTINUE, OBEX_RSP_SUCCESS);
  if (command == OBEX_CMD_PUT) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(object, 1, object_length, file) != object_length || fclose(file)) exit(3);
    printf("stored %zu %s connection %u\n", object_length, object_type, have_connection ? connection : 0);
  }
}

static void event(obex_t *obex, obex_object_t *about, int role, int what, int command, int response) {
  (void)role;
  if (what == OBEX_EV_REQHINT) OBEX_ObjectSetRsp(about, OBEX_RSP_CONTINUE, OBEX_RSP_SUCCESS);
  if (what == OBEX_EV_REQ) serve(obex, about, command);
  if (what == OBEX_EV_REQDONE && !path) return;
  if (what == OBEX_EV_REQDONE) { answer = response; put_done = 1; if (connected == 1) read_headers(obex, about); }
  if (what == OBEX_EV_LINKERR || what == OBEX_EV_PARSEERR) links_lost = 1;
}

/* libopenobex reads no answer to CONNECT but Success, so its octets are looked at before it takes them. */
static int refused(int plug) {
  static uint8_t raw[65536];
  ssize_t length = recv(plug, raw, 3, MSG_PEEK | MSG_WAITALL);
  if (length < 3 || raw[0] == 0xa0) return 0;
  length = recv(plug, raw, raw[1] * 256 + raw[2], MSG_PEEK | MSG_WAITALL);
  for (ssize_t at = 7; at + 3 < length; at += raw[at + 1] * 256 + raw[at + 2]) {
    const uint8_t *found = raw[at] == OBEX_HDR_AUTHCHAL ? tag(raw + at + 3, length - at - 3, 0, 16) : NULL;
    if (found) { memcpy(theirs, found, 16); have_challenge = 1; }
    if (raw[at + 1] * 256 + raw[at + 2] < 3) break;
  }
  return raw[0] & 0x7f;
}

static int ask(obex_t *obex, obex_object_t *request) {
  put_done = links_lost = 0; answer = -1;
  if (OBEX_Request(obex, request) < 0) return -1;
  while (!put_done && !links_lost) if (OBEX_HandleInput(obex, 20) <= 0) break;
  return put_done ? answer : -1;
}

static obex_t *over(int socket, int mtu);

static int connect_to(obex_t **handle, int plug, const uint8_t *with, int length, int challenge) {
  obex_t *obex = *handle;
  obex_object_t *request = OBEX_ObjectNew(obex, OBEX_CMD_CONNECT);
  have_challenge = have_proof = put_done = links_lost = 0; answer = -1;
  add_bytes(obex, request, OBEX_HDR_TARGET, target, 9);
  if (with) add_bytes(obex, request, OBEX_HDR_AUTHRESP, with, length);
  if (challenge) add_challenge(obex, request, ours);
  int said = OBEX_Request(obex, request) < 0 ? -1 : 0;
  for (int refusal = 0; said == 0 && !put_done && !links_lost;) {
    if (OBEX_GetDataDirection(obex) == OBEX_DATA_IN && !refusal && (refusal = refused(plug))) {
      OBEX_HandleInput(obex, 20);
      while (!links_lost && !put_done && OBEX_HandleInput(obex, 20) > 0) continue;
      *handle = over(plug, 1024);
      said = refusal;
    } else if (OBEX_HandleInput(obex, 20) <= 0) break;
  }
  if (said == 0) said = put_done ? answer : -1;
  printf("connect %02x\n", said & 0xff);
  return said;
}

static obex_t *over(int socket, int mtu) {
  obex_t *obex = OBEX_Init(OBEX_TRANS_FD, event, 0);
  if (!obex || OBEX_SetTransportMTU(obex, mtu, mtu) < 0 || FdOBEX_TransportSetup(obex, socket, socket, mtu) < 0) { fputs("no libopenobex\n", stderr); exit(3); }
  return obex;
}

int main(int count, char **words) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  int plug = socket(AF_INET, SOCK_STREAM, 0);
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (count == 5 && !strcmp(words[1], "server")) {
    path = words[2]; mode = words[3]; password = words[4];
    if (bind(plug, (struct sockaddr *)&at, size) || listen(plug, 1) || getsockname(plug, (struct sockaddr *)&at, &size)) return 3;
    printf("port %d\n", ntohs(at.sin_port));
    int peer = accept(plug, NULL, NULL);
    obex_t *obex = over(peer, 1024);
    while (!links_lost && OBEX_HandleInput(obex, 20) > 0) continue;
    puts("ended");
    return 0;
  }
  if (count != 7 || strcmp(words[1], "client")) return 2;
  at.sin_port = htons(atoi(words[2]));
  mode = words[5]; password = words[6]; path = words[4]; connected = 1;
  if (connect(plug, (struct sockaddr *)&at, size)) return 3;
  obex_t *obex = over(plug, 1024);
  int mutual = !strcmp(mode, "mutual");
  int said = connect_to(&obex, plug, NULL, 0, mutual);
  if (said == OBEX_RSP_UNAUTHORIZED && have_challenge && strcmp(mode, "none")) {
    proof_length = make_proof(proof, theirs, strcmp(mode, "wrong") ? password : "wrong");
    said = connect_to(&obex, plug, proof, proof_length, mutual);
    if (mutual) {
      uint8_t expected[16];
      digest(ours, password, expected);
      puts(have_proof && !memcmp(expected, digest_seen, 16) ? "peer proved" : "peer proved nothing");
    }
    if (!strcmp(mode, "replay")) said = connect_to(&obex, plug, proof, proof_length, 0);
  }
  if (said == OBEX_RSP_SUCCESS) {
    FILE *file = fopen(path, "rb");
    static uint8_t body[1 << 20];
    if (!file) return 3;
    size_t length = fread(body, 1, sizeof body, file);
    char type[256];
    obex_object_t *request = OBEX_ObjectNew(obex, OBEX_CMD_PUT);
    if (have_connection) add_number(obex, request, OBEX_HDR_CONNECTION, connection);
    snprintf(type, sizeof type, "%s", words[3]);
    add_bytes(obex, request, OBEX_HDR_TYPE, type, strlen(type) + 1);
    add_number(obex, request, OBEX_HDR_LENGTH, length);
    add_bytes(obex, request, OBEX_HDR_BODY, body, length);
    printf("put %02x\n", ask(obex, request) & 0xff);
    printf("disconnect %02x\n", ask(obex, OBEX_ObjectNew(obex, OBEX_CMD_DISCONNECT)) & 0xff);
  }
  return 0;
}
`;
