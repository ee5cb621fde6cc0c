import type { PodTemplate } from '../runtime/resource.ts';

const safeAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * The value of the label `pod-template-hash`. Hash and alphabet are Kubernetes' (FNV-1a of 32 bits; its decimal digits in an
 * alphabet without vowels and look-alikes); what is hashed is our own stable text of the template.
 */
export function podTemplateHash(template: PodTemplate, collisionCount: number | undefined): string {
  let hash = fnv1a(0x811c9dc5, Buffer.from(stableText(template), 'utf8'));
  if (collisionCount !== undefined) {
    const count = Buffer.alloc(8);
    count.writeUInt32LE(collisionCount);
    hash = fnv1a(hash, count);
  }
  return safeEncode(String(hash));
}

/** Replaces every byte by a letter or digit that makes no words (Kubernetes: `rand.SafeEncodeString`). */
export function safeEncode(text: string): string {
  return [...Buffer.from(text, 'utf8')].map((byte) => safeAlphabet[byte % safeAlphabet.length]).join('');
}

/** FNV-1a, 32 bits, going on from `hash`. */
export function fnv1a(hash: number, bytes: Uint8Array): number {
  let result = hash;
  for (const byte of bytes) result = Math.imul(result ^ byte, 0x01000193) >>> 0;
  return result;
}

function stableText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableText).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const fields = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return `{${fields
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => `${JSON.stringify(name)}:${stableText(item)}`)
    .join(',')}}`;
}
