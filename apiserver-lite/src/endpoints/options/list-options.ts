import type { RequestContext } from '../../http/request-context.ts';
import { badRequest, invalid, type FieldError } from '../../api-errors/status-error.ts';
import type { Rest } from '../../registry/rest.ts';
import type { Predicate, ResourceVersionMatch, Selection } from '../../storage/storage.ts';
import { compileFieldSelector, parseFieldSelector } from '../../selectors/field-selector.ts';
import { compileLabelSelector, parseLabelSelector } from '../../selectors/label-selector.ts';
import { forbiddenValue, unsupportedValue } from './field-errors.ts';
import { flag, integer, text } from '../../http/query.ts';

/** `meta/v1.ListOptions` of a list, watch or deletecollection, validated and bound to the resource. */
export interface RequestedList {
  selection: Selection;
  resourceVersion: string;
  resourceVersionMatch: ResourceVersionMatch;
  limit: number;
  continueToken: string;
  allowWatchBookmarks: boolean;
  sendInitialEvents?: boolean;
  /** Absent: the server's choice. */
  timeoutSeconds?: number;
}

/** Reads and validates the query. Throws 400 for what can't be read and 422 for what may not be combined. */
export function readListOptions(context: RequestContext, rest: Rest, watching: boolean): RequestedList {
  const query = context.url.searchParams;
  const sendInitialEvents = flag(query, 'sendInitialEvents');
  const timeoutSeconds = integer(query, 'timeoutSeconds');
  const options: RequestedList = {
    selection: readSelection(context, rest),
    resourceVersion: text(query, 'resourceVersion'),
    resourceVersionMatch: text(query, 'resourceVersionMatch') as ResourceVersionMatch,
    limit: integer(query, 'limit') ?? 0,
    continueToken: text(query, 'continue'),
    allowWatchBookmarks: flag(query, 'allowWatchBookmarks') ?? false,
    ...(sendInitialEvents === undefined ? {} : { sendInitialEvents }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
  const errors = watching ? watchErrors(options) : listErrors(options);
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
  return options;
}

function readSelection({ url, requestInfo }: RequestContext, rest: Rest): Selection {
  const query = url.searchParams;
  const labels = compileLabelSelector(parseLabelSelector(text(query, 'labelSelector')));
  const { namespaced } = rest.resource;
  const fields = compileFieldSelector(parseFieldSelector(text(query, 'fieldSelector')), {
    namespaced,
    selectable: rest.selectableFields ?? {},
    ...(rest.unsupportedField === undefined ? {} : { unsupported: rest.unsupportedField }),
  });
  const pathName = requestInfo.parts.length > 1 ? requestInfo.name : '';
  if (pathName !== '' && fields.matches !== undefined && fields.name !== pathName) {
    throw badRequest("fieldSelector metadata.name doesn't match requested name");
  }
  const name = pathName === '' ? fields.name : pathName;
  const predicate = both(
    labels === undefined ? undefined : (object) => labels(object.metadata.labels),
    fields.matches,
  );
  return {
    namespace: namespaced ? requestInfo.namespace : '',
    ...(name === undefined ? {} : { name }),
    ...(predicate === undefined ? {} : { predicate }),
  };
}

function both(a: Predicate | undefined, b: Predicate | undefined): Predicate | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return (object) => a(object) && b(object);
}

function listErrors(options: RequestedList): FieldError[] {
  const { resourceVersion, resourceVersionMatch: match, continueToken } = options;
  const errors: FieldError[] = [];
  const field = 'resourceVersionMatch';
  if (match !== '') {
    if (resourceVersion === '') {
      errors.push(
        forbiddenValue(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided'),
      );
    }
    if (continueToken !== '') {
      errors.push(forbiddenValue(field, 'resourceVersionMatch is forbidden when continue is provided'));
    }
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push(unsupportedValue(field, match, ['Exact', 'NotOlderThan', '']));
    }
    if (match === 'Exact' && resourceVersion === '0') {
      errors.push(forbiddenValue(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (options.sendInitialEvents !== undefined) {
    errors.push(forbiddenValue('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

function watchErrors({
  resourceVersion,
  resourceVersionMatch: match,
  sendInitialEvents,
  continueToken,
}: RequestedList): FieldError[] {
  const errors: FieldError[] = [];
  const field = 'resourceVersionMatch';
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    errors.push(
      forbiddenValue(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'),
    );
  }
  // A watch without a version is one with initial events, for which the match is filled in.
  const filledIn =
    match === '' && sendInitialEvents === undefined && (resourceVersion === '' || resourceVersion === '0');
  if (filledIn && continueToken !== '') {
    errors.push(forbiddenValue(field, 'resourceVersionMatch is forbidden when continue is provided'));
  }
  if (match !== '') {
    if (sendInitialEvents === undefined) {
      errors.push(
        forbiddenValue(
          field,
          'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
        ),
      );
    }
    if (match !== 'NotOlderThan') errors.push(unsupportedValue(field, match, ['NotOlderThan']));
    if (continueToken !== '') {
      errors.push(forbiddenValue(field, 'resourceVersionMatch is forbidden when continue is provided'));
    }
  }
  return errors;
}
