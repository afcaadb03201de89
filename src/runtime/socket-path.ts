/** Octets of the path that the address of a unix socket holds, without its end; of a longer one the system would take the beginning, in silence. @see unix(7) */
export const longestSocketPath = 107;
