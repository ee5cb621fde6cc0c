import type { AggregatorOptions } from '../apiserver-options.ts';
import type { RequestHeaderOptions } from '../authentication/request-header.ts';
import { certificatesOf } from '../authentication/peer-certificate.ts';
import { ApiserverFlagError, flagError } from './flag-error.ts';
import type { ApiserverFlagReader } from './flag-reader.ts';

/**
 * `--requestheader-*`; undefined where no front proxy is believed.
 *
 * @throws ApiserverFlagError, where kube-apiserver has a message for it with that.
 */
export async function requestHeaderOptions(
  reader: ApiserverFlagReader,
): Promise<RequestHeaderOptions | undefined> {
  const headers = (name: string): readonly string[] => {
    const values = reader.list(name);
    if (values.some((value) => value.trim() === '')) throw new ApiserverFlagError(`empty value in "${name}"`);
    return values;
  };
  const usernameHeaders = headers('requestheader-username-headers');
  const groupHeaders = headers('requestheader-group-headers');
  const extraHeadersPrefixes = headers('requestheader-extra-headers-prefix');
  const allowedNames = headers('requestheader-allowed-names');
  const uidHeaders = headers('requestheader-uid-headers');
  if (uidHeaders.length > 0 && !uidHeaders.some((header) => header.toLowerCase() === 'x-remote-uid')) {
    throw new ApiserverFlagError(
      '--requestheader-uid-headers is set without specifying the standard X-Remote-Uid header - ' +
        'API aggregation will not work',
    );
  }
  const clientCa = await reader.file('requestheader-client-ca-file');
  if (clientCa === undefined) return undefined;
  if (certificatesOf(clientCa.toString()).length === 0) {
    throw flagError('requestheader-client-ca-file', 'has no certificate');
  }
  return { clientCa, allowedNames, usernameHeaders, uidHeaders, groupHeaders, extraHeadersPrefixes };
}

/** How extension servers are called. @throws ApiserverFlagError */
export async function aggregatorOptions(reader: ApiserverFlagReader): Promise<AggregatorOptions> {
  const cert = await reader.file('proxy-client-cert-file');
  const key = await reader.file('proxy-client-key-file');
  return {
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    routesToEndpoints: reader.boolean('enable-aggregator-routing'),
    rejectsRedirects: reader.boolean('aggregator-reject-forwarding-redirect'),
  };
}
