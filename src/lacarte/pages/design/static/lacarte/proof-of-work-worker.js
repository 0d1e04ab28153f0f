// Finds a number so that SHA-256 of “challenge.number” begins with so many zero bits (lacarte.kernel.proof_of_work).
"use strict";

const AT_ONCE = 512;
const zeroBits = (digest) => {
  const bytes = new Uint8Array(digest);
  let bits = 0;
  for (const byte of bytes) {
    if (byte) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
};

self.addEventListener("message", async ({ data: { challenge, bits } }) => {
  const encoder = new TextEncoder();
  for (let first = 0; ; first += AT_ONCE) {
    const digests = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, i) => crypto.subtle.digest("SHA-256", encoder.encode(`${challenge}.${first + i}`))),
    );
    const found = digests.findIndex((digest) => zeroBits(digest) >= bits);
    if (found >= 0) {
      self.postMessage(String(first + found));
      return;
    }
  }
});
