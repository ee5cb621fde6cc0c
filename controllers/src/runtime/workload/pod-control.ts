import { isConflict, isNamespaceTerminating, isNotFound } from '../client/api-error.ts';
import type { ApiObject } from '../client/api-object.ts';
import { type Pod, type PodTemplate, pods } from '../client/resource.ts';
import type { ControllerContext } from '../context.ts';
import { podFromTemplate } from './pod-from-template.ts';

/**
 * Creates and deletes Pods for controllers, and records what it did as events of the owner (Kubernetes:
 * `controller.RealPodControl`).
 */
export class PodControl {
  readonly #context: Pick<ControllerContext, 'client' | 'recorder'>;

  constructor(context: Pick<ControllerContext, 'client' | 'recorder'>) {
    this.#context = context;
  }

  /**
   * Creates a Pod of a template, controlled by `owner`. Rejects with the API's error. Returns undefined where
   * the namespace is being deleted: every further creation would fail too, and the owner itself is about to
   * go.
   */
  async create(owner: ApiObject, template: PodTemplate | undefined): Promise<Pod | undefined> {
    const { client, recorder } = this.#context;
    try {
      const pod = await client.create(pods, podFromTemplate(owner, template));
      const message = `Created pod: ${pod.metadata.name}`;
      recorder.event(owner, { type: 'Normal', reason: 'SuccessfulCreate', message });
      return pod;
    } catch (error) {
      if (isNamespaceTerminating(error)) return undefined;
      const message = `Error creating: ${messageOf(error)}`;
      recorder.event(owner, { type: 'Warning', reason: 'FailedCreate', message });
      throw error;
    }
  }

  /** Deletes a Pod. Returns false where it is gone already, or replaced by another of its name. */
  async delete(owner: ApiObject, pod: Pod): Promise<boolean> {
    const { client, recorder } = this.#context;
    const { namespace, name = '', uid = '' } = pod.metadata;
    try {
      await client.delete(pods, { namespace, name }, { preconditions: { uid } });
      recorder.event(owner, {
        type: 'Normal',
        reason: 'SuccessfulDelete',
        message: `Deleted pod: ${name}`,
      });
      return true;
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return false;
      const message = `Error deleting: ${messageOf(error)}`;
      recorder.event(owner, { type: 'Warning', reason: 'FailedDelete', message });
      throw new Error(`unable to delete pods: ${messageOf(error)}`, { cause: error });
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
