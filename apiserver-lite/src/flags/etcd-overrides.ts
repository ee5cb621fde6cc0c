import { resources } from '@pg8s/k8s-proto/scheme';
import { flagError } from './flag-error.ts';

/** An etcd that holds one resource apart from all others. */
export interface EtcdOverride {
  /** Of the resource, as in `ResourceInfo`: all of its versions and names share one. */
  readonly storageKeyPrefix: string;
  readonly endpoints: readonly string[];
}

const flag = 'etcd-servers-overrides';

/**
 * `/events#http://a:2379;http://b:2379,apps/deployments#http://c:2379` as a list.
 *
 * @throws ApiserverFlagError in kube-apiserver's words for another form, and for URLs that are none.
 */
export function parseEtcdOverrides(entries: readonly string[]): EtcdOverride[] {
  return entries.map((entry) => {
    const [key = '', servers = '', ...more] = entry.split('#');
    const parts = key.split('/');
    if (more.length > 0 || parts.length !== 2 || servers === '') {
      throw flagError(
        flag,
        'invalid, must be of format: group/resource#servers, where servers are URLs, semicolon separated',
      );
    }
    const endpoints = servers.split(';');
    const wrong = endpoints.find((url) => !/^https?:\/\/[^/]/.test(url) || !URL.canParse(url));
    if (wrong !== undefined)
      throw flagError(flag, `has ${JSON.stringify(wrong)}, which is not an http or https URL`);
    const [group, name] = parts;
    const found = resources().find((resource) => resource.group === group && resource.name === name);
    if (found?.storageKeyPrefix === undefined) {
      throw flagError(flag, `has ${JSON.stringify(key)}, which is not a stored resource`);
    }
    return { storageKeyPrefix: found.storageKeyPrefix, endpoints };
  });
}
