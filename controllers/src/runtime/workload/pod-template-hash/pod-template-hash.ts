import type { PodTemplate } from '../../client/resource.ts';
import { dumpPodTemplate } from './go-dump.ts';

const safeAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * The value of the label `pod-template-hash`: the one that kube-controller-manager 1.36 gives the same
 * template (Kubernetes: `controller.ComputeHash`). FNV-1a of 32 bits over Go's dump of the struct and the
 * collision count, its decimal digits written in an alphabet without vowels and similar characters. Each
 * version of Kubernetes has other structs and so other hashes; that is why a ReplicaSet is found by its
 * template, never by its hash.
 */
export function podTemplateHash(template: PodTemplate, collisionCount: number | undefined): string {
  let hash = fnv1a(0x811c9dc5, Buffer.from(dumpPodTemplate(template), 'utf8'));
  if (collisionCount !== undefined) {
    const count = Buffer.alloc(8);
    count.writeUInt32LE(collisionCount);
    hash = fnv1a(hash, count);
  }
  return safeEncode(String(hash));
}

/** Replaces every byte by a consonant or digit (Kubernetes: `rand.SafeEncodeString`). */
function safeEncode(text: string): string {
  return [...Buffer.from(text, 'utf8')].map((byte) => safeAlphabet[byte % safeAlphabet.length]).join('');
}

/** FNV-1a, 32 bits, continued from `hash`. */
function fnv1a(hash: number, bytes: Uint8Array): number {
  let result = hash;
  for (const byte of bytes) result = Math.imul(result ^ byte, 0x01000193) >>> 0;
  return result;
}
