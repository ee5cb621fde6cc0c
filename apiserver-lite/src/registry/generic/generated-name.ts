/**
 * No vowels and no look-alikes, so that generated names neither offend nor confuse (Kubernetes: `util/rand`).
 */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const randomLength = 5;
const maxBaseLength = 63 - randomLength;

/** `random` is as Math.random. */
function randomSuffix(random: () => number, length = randomLength): string {
  let suffix = '';
  for (let i = 0; i < length; i++) suffix += alphabet[Math.floor(random() * alphabet.length)] ?? 'b';
  return suffix;
}

/** The base, cut to 58 characters, and five random ones (Kubernetes: `storage/names.SimpleNameGenerator`). */
export function generatedName(base: string, random: () => number): string {
  return base.slice(0, maxBaseLength) + randomSuffix(random);
}
