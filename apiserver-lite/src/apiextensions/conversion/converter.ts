import type { V1CustomResourceConversion } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { OutgoingClient } from '../../outgoing/outgoing-client.ts';

/**
 * Makes one object, in the version that was asked for. Throws a StatusError (500) in kube-apiserver's words
 * where that object could not be converted.
 */
export type ConvertedObject = () => KubeObject;

/**
 * Converts custom objects between the versions of their definition. Objects that are in the wanted version
 * already come back as they are; those that were converted are new. No object is changed.
 *
 * What is to be converted is known only when it is read, and a webhook has to be waited for. So the codec of
 * a custom resource has a `prepare` (`storage/value-codec.ts`) that parses its values, calls `convert` once
 * for all of them, and gives the functions on.
 */
export interface Converter {
  /**
   * Converts objects to `apiVersion`: one function for each, in their order. Rejects where the webhook could
   * not be called, with a StatusError (500) in kube-apiserver's words; what concerns one object its function
   * throws.
   */
  convert(objects: readonly KubeObject[], apiVersion: string): Promise<readonly ConvertedObject[]>;
}

/** What a converter is made of. */
export interface ConverterOptions {
  /** The name of the definition. */
  name: string;
  conversion: V1CustomResourceConversion | undefined;
  /** Names of all versions of the definition, served or not. */
  versions: readonly string[];
  client: OutgoingClient;
  /** Default: a random UUID. */
  newUid?: () => string;
  /** Hears of each conversion that a webhook was asked for. */
  observe?: ObserveConversion;
}

/** A call of a conversion webhook. */
export interface ConversionCall {
  /** Of the first of the objects. */
  fromVersion: string;
  toVersion: string;
  result: ConversionResult;
  seconds: number;
}

/** Whether a conversion by a webhook succeeded, or why it did not, and how long it took. */
export type ObserveConversion = (call: ConversionCall) => void;

/** The reasons are values of a label of kube-apiserver's metrics. */
export type ConversionResult =
  | 'success'
  | 'conversion_webhook_call_failure'
  | 'conversion_webhook_malformed_response_failure'
  | 'conversion_webhook_partial_response_failure'
  | 'conversion_webhook_invalid_converted_object_failure';
