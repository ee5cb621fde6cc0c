import type { V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import { formatLabelSelector } from '../fields/label-selector-text.ts';
import { type Column, column } from '../table/column.ts';

const wide = { priority: 1 };

/** Lists that Go always writes are null where they are empty. */
export function containers({ containers }: Partial<V1PodSpec> = {}): string {
  return (containers ?? []).map(({ name }) => name).join(',');
}

/** The images of the containers, as the table shows them. */
export function images({ containers }: Partial<V1PodSpec> = {}): string {
  return (containers ?? []).map(({ image = '' }) => image).join(',');
}

/** The label selector, as the table shows it. */
export const selector = (value: unknown) => formatLabelSelector(value) || '<none>';

interface Workload {
  spec?: { template?: { spec?: V1PodSpec }; selector?: unknown };
}

/** What the Pods of a workload run, and how it finds them. */
export function templateColumns<T extends Workload>(withSelector = true): Column<T>[] {
  const both: Column<T>[] = [
    column('Containers', ({ spec }) => containers(spec?.template?.spec), wide),
    column('Images', ({ spec }) => images(spec?.template?.spec), wide),
  ];
  return withSelector ? [...both, column('Selector', ({ spec }) => selector(spec?.selector), wide)] : both;
}
