import { parseAccept } from './accept.ts';
import type { RequestContext } from '../../http/request-context.ts';

const readableAgents = /^(?:curl|Wget|Mozilla\/5\.0)/;

/**
 * Whether JSON is to be indented: `?pretty=true`, `pretty=1` in what is accepted, or a person with curl or a
 * browser.
 */
export function wantsPretty({ url, request }: RequestContext): boolean {
  const { accept } = request.headers;
  if (accept?.includes('pretty') === true && parseAccept(accept)[0]?.parameters.get('pretty') === '1') {
    return true;
  }
  if (url.search.includes('pretty')) {
    const value = url.searchParams.get('pretty');
    if (value !== null && value !== '') return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value);
  }
  return readableAgents.test(request.headers['user-agent'] ?? '');
}
