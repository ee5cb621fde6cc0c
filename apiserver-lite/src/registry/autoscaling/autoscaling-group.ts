import { defineGroup } from '../group-module.ts';

/** The API group `autoscaling`. */
export const autoscalingGroup = defineGroup('autoscaling', { priority: 17500 });
