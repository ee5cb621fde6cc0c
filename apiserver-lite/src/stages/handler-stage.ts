import type { Admission } from '../admission/chain.ts';
import type { ApiserverOptions } from '../apiserver-options.ts';
import { createResourceHandler } from '../endpoints/resource-handler.ts';
import { encodeStatus } from '../endpoints/write-response.ts';
import type { Auditing } from '../filters/audit.ts';
import { chain, handlerChain } from '../handler-chain.ts';
import type { FlowController } from '../flow-control/flow-controller.ts';
import type { PathRouter } from '../http/path-router.ts';
import type { Handler } from '../http/request-context.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import type { ServedResources } from '../registry/resource-table.ts';
import type { AggregationStage } from './aggregation-stage.ts';
import type { AuthenticationStage } from './authentication-stage.ts';
import type { AuthorizationStage } from './authorization-stage.ts';
import { given } from './given.ts';

/** What requests are answered by. */
export interface HandlerStageParts {
  resources: ServedResources;
  admission: Admission;
  authentication: AuthenticationStage;
  authorization: AuthorizationStage;
  aggregation: AggregationStage;
  metrics: ServerMetrics;
  auditing: Auditing | undefined;
  /** Undefined where priority and fairness is off. */
  fairness: FlowController | undefined;
  /** Answers what is not a resource. */
  router: PathRouter;
}

/** The whole way of a request: the filters, and behind them the resources and the other paths. */
export function handlerStage(options: ApiserverOptions, parts: HandlerStageParts): Handler {
  const { resources, admission, authentication, authorization, metrics, router } = parts;
  const { requestTimeoutMs = 60_000 } = options;
  const resourceHandler = createResourceHandler({
    resources,
    admission,
    authorizer: authorization.authorizer,
    metrics: metrics.requests,
    ...given({ minRequestTimeoutSeconds: options.minRequestTimeoutSeconds }),
  });
  const filters = handlerChain({
    authenticator: authentication.authenticator,
    authorizer: authorization.authorizer,
    flow: {
      maxReadOnly: options.maxRequestsInflight ?? 400,
      maxMutating: options.maxMutatingRequestsInflight ?? 200,
      maxWaitMs: requestTimeoutMs / 4,
    },
    fairness: parts.fairness,
    requestTimeoutMs,
    metrics,
    encodeStatus,
    auditing: parts.auditing,
  });
  return chain([...filters, parts.aggregation.handOn], (context) =>
    context.requestInfo.isResourceRequest ? resourceHandler(context) : router.handler(context),
  );
}
