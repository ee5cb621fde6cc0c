import { type CelType, objectType } from '../../types.ts';
import { OpaqueValue } from '../../values.ts';
import type { AskedAuthorizer, AuthorizationDecision, AuthorizationQuestion } from './asked-authorizer.ts';

/** The type of the variable `authorizer`. */
export const authorizerType = objectType('kubernetes.authorization.Authorizer');
export const pathCheckType = objectType('kubernetes.authorization.PathCheck');
export const groupCheckType = objectType('kubernetes.authorization.GroupCheck');
/** The type of the variable `authorizer.requestResource`. */
export const resourceCheckType = objectType('kubernetes.authorization.ResourceCheck');
export const decisionType = objectType('kubernetes.authorization.Decision');

type About = Omit<AuthorizationQuestion, 'verb'>;

/** A question under construction: the authorizer, and what is known of the question so far. */
export class CheckValue extends OpaqueValue {
  readonly type: CelType;
  readonly authorizer: AskedAuthorizer;
  readonly about: About;

  constructor(type: CelType, authorizer: AskedAuthorizer, about: About) {
    super();
    this.type = type;
    this.authorizer = authorizer;
    this.about = about;
  }

  /** The same question with more in it. */
  with(type: CelType, about: About): CheckValue {
    return new CheckValue(type, this.authorizer, { ...this.about, ...about });
  }

  override comparesTo(): boolean {
    return false;
  }

  equals(): boolean {
    return false;
  }
}

/** The value of the variable `authorizer`. */
export function authorizerValue(authorizer: AskedAuthorizer): CheckValue {
  return new CheckValue(authorizerType, authorizer, {});
}

/** The value of the variable `authorizer.requestResource`. */
export function resourceCheckValue(authorizer: AskedAuthorizer, resource: About): CheckValue {
  return new CheckValue(resourceCheckType, authorizer, resource);
}

/** An answer of the authorizer as a value. */
export class DecisionValue extends OpaqueValue {
  readonly type = decisionType;
  readonly decision: AuthorizationDecision;

  constructor(decision: AuthorizationDecision) {
    super();
    this.decision = decision;
  }

  override comparesTo(): boolean {
    return false;
  }

  equals(): boolean {
    return false;
  }
}
