import type { NameValidator } from '../strategy.ts';
import { dns1123Label, dns1123Subdomain, pathSegment } from './formats.ts';

/**
 * A generateName may end where its random part begins: judged as if an `a` stood for its last two characters.
 */
function whole(name: string, prefix: boolean): string {
  return prefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

/** `nginx.example.com`: what most kinds ask of a name. */
export const subdomainName: NameValidator = (name, prefix) => dns1123Subdomain(whole(name, prefix));

/** `nginx`: namespaces, and what becomes part of a host's name. */
export const labelName: NameValidator = (name, prefix) => dns1123Label(whole(name, prefix));

/** Anything that can stand in a path: RBAC kinds. */
export const pathSegmentName: NameValidator = (name, prefix) =>
  prefix && (name === '.' || name === '..') ? [] : pathSegment(name);

/**
 * The same as `subdomainName` where it is declared with the type, which says bytes, and nothing of a
 * generateName: what was generated is judged.
 */
export const longName: NameValidator = (name, prefix) =>
  prefix ? [] : dns1123Subdomain(name).map((detail) => detail.replace(/ characters$/, ' bytes'));

/** Whatever can stand in a path, of which the kind itself demands nothing: see `beforeCreate`. */
export const anyName: NameValidator = () => [];
