import { defineGroup } from '../group-module.ts';

/** The API group `events.k8s.io`. */
export const eventsGroup = defineGroup('events.k8s.io', { priority: 17750 });
