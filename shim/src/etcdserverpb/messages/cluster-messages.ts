import type {
  MemberAddRequest,
  MemberAddResponse,
  MemberIdRequest,
  MemberListRequest,
  MembersResponse,
  MemberUpdateRequest,
} from '../admin-types.ts';
import {
  bool,
  defineMessage,
  message,
  named,
  repeated,
  requiredMessage,
  string,
  unsignedId,
} from '../codec/codec.ts';
import { responseHeader } from './kv-messages.ts';
import type { Member } from '../types.ts';

export const member = defineMessage<Member>('Member', {
  id: named('ID', unsignedId(1)),
  name: string(2),
  peerUrls: named('peerURLs', repeated(string(3))),
  clientUrls: named('clientURLs', repeated(string(4))),
  isLearner: named('isLearner', bool(5)),
});

export const memberListRequest = defineMessage<MemberListRequest>('MemberListRequest', {
  linearizable: bool(1),
});

/** MemberListResponse, and the answers to MemberRemove, MemberUpdate and MemberPromote. */
export const membersResponse = defineMessage<MembersResponse>('MembersResponse', {
  header: requiredMessage(1, () => responseHeader),
  members: repeated(message(2, () => member)),
});

export const memberAddRequest = defineMessage<MemberAddRequest>('MemberAddRequest', {
  peerUrls: named('peerURLs', repeated(string(1))),
  isLearner: named('isLearner', bool(2)),
});

export const memberAddResponse = defineMessage<MemberAddResponse>('MemberAddResponse', {
  header: requiredMessage(1, () => responseHeader),
  member: message(2, () => member),
  members: repeated(message(3, () => member)),
});

/** MemberRemoveRequest and MemberPromoteRequest. */
export const memberIdRequest = defineMessage<MemberIdRequest>('MemberIdRequest', {
  id: named('ID', unsignedId(1)),
});

export const memberUpdateRequest = defineMessage<MemberUpdateRequest>('MemberUpdateRequest', {
  id: named('ID', unsignedId(1)),
  peerUrls: named('peerURLs', repeated(string(2))),
});
