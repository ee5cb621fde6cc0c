import { CredentialError } from '../authenticator.ts';
import type { TokenClaims } from './token-claims.ts';

/**
 * Those of the wanted audiences for which a token is good; a CredentialError where it is good for none. A
 * token that names no audience is for the server's own.
 */
export function goodAudiences(
  { aud }: TokenClaims,
  { wanted, apiAudiences }: { wanted: readonly string[] | undefined; apiAudiences: readonly string[] },
): readonly string[] {
  const requested = wanted === undefined || wanted.length === 0 ? apiAudiences : wanted;
  const named = [aud ?? []].flat();
  const own = named.length === 0 ? apiAudiences : named;
  const audiences = requested.filter((audience) => own.includes(audience));
  if (audiences.length > 0 || apiAudiences.length === 0) return audiences;
  const [has, needs] = [own, requested].map(
    (names) => `[${names.map((name) => JSON.stringify(name)).join(' ')}]`,
  );
  throw new CredentialError(`token audiences ${has} is invalid for the target audiences ${needs}`);
}
