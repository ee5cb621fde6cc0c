import type { V1FlowSchema } from '@pg8s/k8s-proto/generated/models';
import { child, fillNumbers } from '../../fields/fill.ts';

/** Kubernetes: `SetDefaults_FlowSchemaSpec`. */
export function defaultFlowSchema(object: V1FlowSchema): void {
  fillNumbers(child(object, 'spec'), { matchingPrecedence: 1000 });
}
