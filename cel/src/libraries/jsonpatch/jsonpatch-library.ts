import type { Library } from '../../library.ts';
import { stringType } from '../../types.ts';
import { declare, overload } from '../declare.ts';

const escapes: Readonly<Record<string, string>> = { '/': '~1', '~': '~0' };

/** `jsonpatch.escapeKey()` (Kubernetes: `kubernetes.jsonpatch`; only where policies write patches). */
export const jsonPatchLibrary: Library = {
  name: 'kubernetes.jsonpatch',
  functions: [
    declare(
      'jsonpatch.escapeKey',
      overload('string_jsonpatch_escapeKey_string', [stringType], stringType, (key: string) =>
        key.replaceAll(/[/~]/g, (character) => escapes[character]!),
      ),
    ),
  ],
};
