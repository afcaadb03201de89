/** What a file holds on the medium for sure, and what has been written since its last sync and may be there, in part, or not. */
class ModelFile {
  durable = Buffer.alloc(0);
  pending = [];
  nameDurable = false;

  sync() {
    for (const change of this.pending) this.durable = applied(this.durable, change);
    this.pending = [];
  }

  /** One of the images that a cut could leave. */
  image(random) {
    let image = Buffer.from(this.durable);
    // A medium may have taken all, none, or any of the changes; each write by sectors of 512 or 4096 octets, in any order.
    const mood = random.fraction();
    const share = mood < 0.15 ? 0 : mood < 0.3 ? 1 : random.fraction();
    const sector = random.fraction() < 0.5 ? 512 : 4096;
    for (const change of this.pending) {
      if (change.do === 'truncate') {
        if (random.fraction() < share) image = applied(image, change);
        continue;
      }
      const torn = random.fraction() < 0.5;
      if (!torn) {
        if (random.fraction() < share) image = applied(image, change);
        continue;
      }
      for (let at = change.offset; at < change.offset + change.data.length; ) {
        const end = Math.min(change.offset + change.data.length, (Math.floor(at / sector) + 1) * sector);
        if (random.fraction() < share)
          image = applied(image, { do: 'write', offset: at, data: change.data.subarray(at - change.offset, end - change.offset) });
        at = end;
      }
    }
    return image;
  }
}

function applied(image, change) {
  if (change.do === 'truncate') {
    const shorter = Buffer.alloc(change.size);
    image.copy(shorter, 0, 0, Math.min(change.size, image.length));
    return shorter;
  }
  const end = change.offset + change.data.length;
  const result = end > image.length ? Buffer.concat([image, Buffer.alloc(end - image.length)]) : image;
  change.data.copy(result, change.offset);
  return result;
}

/** The files of one folder through a run: fed step by step, asked at any time for what a cut would leave. */
export class ModelDisk {
  #files = new Map();
  #removed = [];

  step(step) {
    if (step.do === 'sync-names') {
      for (const file of this.#files.values()) file.nameDurable = true;
      this.#removed = [];
      return;
    }
    if (step.do === 'remove') {
      const file = this.#files.get(step.file);
      this.#files.delete(step.file);
      if (file?.nameDurable) this.#removed.push([step.file, file]);
      return;
    }
    if (!this.#files.has(step.file)) this.#files.set(step.file, new ModelFile());
    const file = this.#files.get(step.file);
    if (step.do === 'sync') file.sync();
    else if (step.do !== 'name') file.pending.push(step);
  }

  /** Names and contents after a cut now. A name that was not synced may be missing, one that was removed may be there again. */
  cut(random) {
    const images = new Map();
    for (const [name, file] of this.#removed) if (random.fraction() < 0.5) images.set(name, file.image(random));
    for (const [name, file] of this.#files) if (file.nameDurable || random.fraction() < 0.5) images.set(name, file.image(random));
    return images;
  }
}
