const pathComponent = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const domainComponent = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domain = `(?:${domainComponent}(?:\\.${domainComponent})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const reference = new RegExp(
  `^(${domain}/${pathComponent}(?:/${pathComponent})*)(?::([\\w][\\w.-]{0,127}))?(?:@([A-Za-z0-9.+_-]+):([0-9a-fA-F]{32,}))?$`,
);
const identifier = /^[a-f0-9]{64}$/;
const digestLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };
const maxNameLength = 255;

/** A name that begins with no host is one of Docker Hub's. */
function withDomain(image: string): string {
  const slash = image.indexOf('/');
  const first = image.slice(0, Math.max(slash, 0));
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  if (slash !== -1 && isHost) return image;
  return `docker.io/${slash === -1 ? 'library/' : ''}${image}`;
}

/**
 * The tag of an image: `latest` where there is neither tag nor digest, and nothing where there is only a
 * digest or the text is no reference at all (Kubernetes: `pkg/util/parsers`, the grammar: distribution's
 * `reference`).
 */
function imageTag(image: string): string {
  if (identifier.test(image)) return '';
  const [, name = '', tag = '', algorithm, hex = ''] = reference.exec(withDomain(image)) ?? [];
  if (name === '' || name.length > maxNameLength) return '';
  if (algorithm === undefined) return tag || 'latest';
  const isDigest = hex.length === digestLengths[algorithm] && hex === hex.toLowerCase();
  return isDigest ? tag : '';
}

/** `Always` for what may move (no tag, or `latest`), `IfNotPresent` for what stays. */
export function pullPolicy(image: string): 'Always' | 'IfNotPresent' {
  return imageTag(image) === 'latest' ? 'Always' : 'IfNotPresent';
}
