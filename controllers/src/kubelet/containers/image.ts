import { createHash } from 'node:crypto';

/**
 * `docker.io/library/nginx:1.14.2` for `nginx:1.14.2`, as container runtimes complete names; undefined where
 * it is not valid.
 */
export function normalizedImage(image: string): string | undefined {
  const [, name = '', tag, digest] =
    /^([^@:]+(?::\d+(?=\/))?[^@:]*)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
  const parts = name.split('/');
  const first = parts[0] ?? '';
  const hasHost = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost');
  const path = (hasHost ? parts.slice(1) : parts).join('/');
  if (!/^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/.test(path)) return undefined;
  const full = hasHost ? name : parts.length === 1 ? `docker.io/library/${name}` : `docker.io/${name}`;
  return `${full}${digest === undefined ? `:${tag ?? 'latest'}` : ''}${digest === undefined ? '' : `@${digest}`}`;
}

/** A digest that stands for the image: the same name always gives the same. */
export function imageId(normalized: string): string {
  const [name = '', digest] = normalized.split('@');
  return `${name.replace(/:[^/:]*$/, '')}@${digest ?? `sha256:${sha256(normalized)}`}`;
}

/** A simulated size of the image in bytes, between 10 and 210 million. */
export function imageSizeBytes(normalized: string): number {
  return 10_000_000 + (Number.parseInt(sha256(normalized).slice(0, 8), 16) % 200_000_000);
}

/** The id of a container, in the form of a container runtime's; unique. */
export function containerId(podUid: string, name: string, attempt: number): string {
  return `containerd://${sha256(`${podUid}/${name}/${attempt}`)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
