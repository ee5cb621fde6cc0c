import { because, type KnownResults } from './judge-results.ts';

const members = 'adds, updates or promotes members; those of pg8s are whatever serves the database';
const leader = 'moves the leadership; pg8s has none';
const lists = 'its list of revoked certificates is out of date, which OpenSSL refuses (docs/etcd.md)';
const version =
  'expects the version of etcd that the tests are of, 3.6.16; pg8s reports 3.6.14 (docs/etcd.md)';
const ids = "compares bytes with ids that etcd makes of its members' URLs";
const files = "works on the files in etcd's data directory; those of pg8s are PostgreSQL's";

/** What is known of etcd's end-to-end tests. */
export const etcdE2eKnownResults: KnownResults = {
  failing: {
    ...because(ids, 'TestCtlV3GetFormat'),
    ...because(lists, 'TestCtlV3GetRevokedCRL TestCtlV3GetRevokedCRLGRPCOnly'),
    ...because(version, 'TestCurlV3CipherSuitesValid TestCurlV3MaintenanceStatus'),
  },
  notRun: {
    ...because(
      members,
      `TestCtlV3AuthMemberUpdate TestCtlV3MemberAdd TestCtlV3MemberAddAsLearner TestCtlV3MemberUpdate
TestCtlV3MemberPromoteWithAuthFromLeader TestCtlV3MemberPromoteWithAuthFromFollower
TestCtlV3MemberUpdateNoTLS TestCtlV3MemberUpdateClientTLS TestCtlV3MemberUpdateClientAutoTLS
TestCtlV3MemberUpdatePeerTLS TestCtlV3MemberListSerializable TestCtlV3ConsistentMemberList
TestCtlV3MemberAddAsLearnerWithOneMemberDown TestCurlV3ClusterOperations`,
    ),
    ...because(leader, `TestCtlV3MoveLeaderScenarios TestCurlV3MaintenanceMoveleader`),
    ...because(files, `TestCtlV3DefragOffline`),
  },
};
