import type { KubeObject } from '@pg8s/k8s-proto/object';
import { notAcceptable } from '../api-errors/status-error.ts';
import { type AcceptClause, parseAccept } from '../endpoints/negotiation/accept.ts';
import { encodeValue } from '../endpoints/write-response.ts';
import type { Handler, RequestContext } from '../http/request-context.ts';
import { sendBody } from '../http/respond.ts';
import type { EndpointSeries, RequestMetrics } from '../metrics/request-metrics.ts';

/** Pages about a component that people and programs can read (component-base: `zpages`). */
export interface ZPage {
  /** `statusz`, as the path has it. */
  name: string;
  /** Of the object: `Statusz`. */
  kind: string;
  /** What stands below the warning, for people. */
  text(delimiter: string): string;
  /** What the object has besides its type and its name. */
  fields(): Record<string, unknown>;
}

/** What a page is served with. */
export interface ZPageOptions {
  /** In [0, 1): which delimiter stands in the text. */
  random: () => number;
  /** Default: nothing is counted. */
  requests?: RequestMetrics | undefined;
}

const group = 'config.k8s.io';
const versions = ['v1beta1', 'v1alpha1'] as const;
type Version = (typeof versions)[number];
const structured = ['application/json', 'application/yaml'] as const;
const mediaTypes = [...structured, 'text/plain'];
/** Between a name and its value one of these stands, so that nobody parses the text. */
const delimiters = [':', ': ', '=', ' '];
const componentName = 'apiserver';

type Form = { text: true } | { mediaType: (typeof structured)[number]; version: Version };

/** Answers with the page as text, or as an object where the Accept header names its kind and version. */
export function zpage(page: ZPage, { random, requests }: ZPageOptions): Handler {
  const counted = countersOf(page, requests);
  return async (context) => {
    const form = formOf(context.request.headers.accept ?? '', page.kind);
    const version = form !== undefined && 'version' in form ? form.version : '';
    await counted(version, (context) => send(context, { page, form, random }))(context);
  };
}

interface Sending {
  page: ZPage;
  form: Form | undefined;
  random: () => number;
}

async function send(context: RequestContext, { page, form, random }: Sending): Promise<void> {
  if (form === undefined) throw notAcceptable(mediaTypes);
  if ('text' in form) {
    const delimiter = delimiters[Math.floor(random() * delimiters.length)]!;
    return sendBody(context, {
      code: 200,
      contentType: 'text/plain; charset=utf-8',
      body:
        `\n${componentName} ${page.name}\nWarning: This endpoint is not meant to be machine parseable, has no formatting ` +
        `compatibility guarantees and is for debugging purposes only.\n${page.text(delimiter)}`,
    });
  }
  const { mediaType, version } = form;
  if (version !== 'v1beta1') {
    context.warn(`This version of the ${page.name} endpoint is deprecated. Please use a newer version.`);
  }
  const object = {
    kind: page.kind,
    apiVersion: `${group}/${version}`,
    metadata: { name: componentName },
    ...page.fields(),
  } as KubeObject;
  return sendBody(context, {
    code: 200,
    contentType: `${mediaType};g=${group};v=${version};as=${page.kind}`,
    body: encodeValue(context, object, mediaType),
  });
}

function formOf(accept: string, kind: string): Form | undefined {
  if (accept.trim() === '') return { text: true };
  for (const clause of parseAccept(accept)) {
    const mediaType = structured.find((type) => matches(clause, type));
    const version = versions.find((name) => name === clause.parameters.get('v'));
    const { parameters } = clause;
    if (mediaType !== undefined && version !== undefined) {
      if (parameters.get('as') === kind && parameters.get('g') === group) return { mediaType, version };
    }
    if (matches(clause, 'text/plain') && !parameters.has('as')) return { text: true };
  }
  return undefined;
}

function matches({ type, subtype }: AcceptClause, mediaType: string): boolean {
  const [main, sub] = mediaType.split('/');
  return (type === '*' || type === main) && (subtype === '*' || subtype === sub);
}

/** Each form is counted by its version; text, and what was refused, by none. */
function countersOf(
  { name }: ZPage,
  requests: RequestMetrics | undefined,
): (version: Version | '', handler: Handler) => Handler {
  if (requests === undefined) return (_version, handler) => handler;
  const series = (version: Version | ''): EndpointSeries =>
    requests.endpoint({
      group: version === '' ? '' : group,
      version,
      resource: name,
      subresource: '',
      component: componentName,
      isDocument: true,
    });
  const all = { '': series(''), v1beta1: series('v1beta1'), v1alpha1: series('v1alpha1') };
  return (version, handler) => requests.counted(all[version], handler);
}
