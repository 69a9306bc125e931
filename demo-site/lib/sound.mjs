// "Low Water", track one: six seconds of sea, made on the spot so that the shop has something real to deliver.

const RATE = 22_050;
const SECONDS = 6;

/** A mono 16-bit WAV file. */
export function seaSound() {
  const samples = RATE * SECONDS;
  const file = Buffer.alloc(44 + samples * 2);
  file.write("RIFF", 0);
  file.writeUInt32LE(36 + samples * 2, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36);
  file.writeUInt32LE(samples * 2, 40);
  // Brown noise under a slow swell; a fixed seed, so that every copy is the same.
  let seed = 7;
  let level = 0;
  for (let at = 0; at < samples; at++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    level = level * 0.985 + (seed / 1073741824 - 1) * 0.12;
    const swell = 0.25 + 0.75 * Math.sin((Math.PI * at) / samples) ** 2;
    file.writeInt16LE(Math.round(Math.max(-1, Math.min(1, level * swell)) * 32_000), 44 + at * 2);
  }
  return file;
}
