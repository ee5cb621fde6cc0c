import { because, type KnownResults } from './judge-results.ts';

const members = 'adds, removes or promotes members; those of pg8s are whatever serves the database';
const partitions = 'cuts members off from each other; those of pg8s share a database';
const quorum = 'stops most members, and expects that the last one refuses; each server of pg8s serves alone';
const leader = 'moves the leadership; pg8s has none';
const hashes = 'compares hashes of compacted revisions, which are not those of etcd (docs/etcd.md)';
const quotas = 'sets a quota of some KiB, which is less than an empty database of PostgreSQL takes';
const memberQuotas =
  'gives one member a quota of its own, which this harness does not hand on; so it fails on a stock etcd in it, too';
const alarms =
  'expects that every server refuses writes as soon as one has raised an alarm; others hear of it a moment later (docs/etcd.md)';
const inside =
  "looks into etcd's process (raft, storage, metrics, recorded requests), not at what clients get";

/** What is known of etcd's tests, by package. */
export const etcdKnownResults = {
  'integration/clientv3': {
    notRun: {
      ...because(
        members,
        `TestMemberAdd TestMemberAddWithExistingURLs TestMemberRemove TestMemberUpdate
TestMemberUpdateLearner TestMemberAddUpdateWrongURLs TestMemberAddForLearner
TestMemberPromote TestMemberPromoteMemberNotLearner TestMemberPromoteMemberNotExist
TestMaxLearnerInCluster TestKVForLearner TestBalancerSupportLearner`,
      ),
      ...because(
        partitions,
        `TestDetectKvOrderViolation TestDetectTxnOrderViolation
TestEndpointSwitchResolvesViolation TestUnresolvableOrderViolation`,
      ),
      ...because(quorum, `TestKVPutWithRequireLeader TestWatchWithRequireLeader`),
      ...because(leader, `TestMaintenanceMoveLeader`),
      ...because(
        inside,
        `TestMaintenanceSnapshotErrorInflight TestMaintenanceSnapshotWithVersionErrorInflight
TestWatchWithProgressNotify TestWatchWithProgressNotifyNoEvent TestWatchCancelOnServer`,
      ),
      ...because(hashes, `TestCompactionHash`),
    },
  },
  'integration/clientv3/concurrency': {},
  'integration/clientv3/connectivity': {
    notRun: because(
      partitions,
      `TestBalancerUnderNetworkPartitionPut TestBalancerUnderNetworkPartitionDelete
TestBalancerUnderNetworkPartitionTxn
TestBalancerUnderNetworkPartitionSerializableGet
TestBalancerUnderNetworkPartitionLinearizableGetWithLongTimeout
TestBalancerUnderNetworkPartitionLinearizableGetWithShortTimeout
TestBalancerUnderNetworkPartitionLinearizableGetLeaderElection
TestBalancerUnderNetworkPartitionWatchLeader
TestBalancerUnderNetworkPartitionWatchFollower TestDropReadUnderNetworkPartition`,
    ),
  },
  'integration/clientv3/examples': {
    notRun: because(
      members,
      `ExampleCluster_memberAdd ExampleCluster_memberAddAsLearner
ExampleCluster_memberRemove ExampleCluster_memberUpdate`,
    ),
  },
  'integration/clientv3/experimental/recipes': {},
  'integration/clientv3/lease': { notRun: because(quorum, 'TestLeaseWithRequireLeader') },
  'integration/clientv3/naming': {},
  integration: {
    failing: because(memberQuotas, `TestV3StorageQuotaApply TestV3StorageQuotaAPI`),
    notRun: {
      ...because(alarms, 'TestV3AlarmDeactivate'),
      ...because(
        members,
        `TestClusterOf1 TestClusterOf3 TestTLSClusterOf3 TestTLSClusterOf3WithSpecificUsage
TestDoubleClusterSizeOf1 TestDoubleClusterSizeOf3 TestDoubleTLSClusterSizeOf3
TestDecreaseClusterSizeOf3 TestDecreaseClusterSizeOf5 TestForceNewCluster
TestAddMemberAfterClusterFullRotation TestIssue2681 TestIssue2746
TestIssue2746WithThree TestIssue2904 TestIssue3699 TestRejectUnhealthyAdd
TestRejectUnhealthyRemove TestRestartRemoved TestSpeedyTerminate
TestConcurrentRemoveMember TestLaunchDuplicateMemberShouldFail TestRemoveMember
TestRemoveMemberAndWALReplay`,
      ),
      ...because(
        partitions,
        `TestNetworkPartition5MembersLeaderInMinority
TestNetworkPartition5MembersLeaderInMajority TestNetworkPartition4Members
TestRevisionMonotonicWithLeaderPartitions TestRevisionMonotonicWithPartitions
TestV3LeaseFailover TestV3WatchRestoreSnapshotUnsync TestPauseMember
TestSnapshotAndRestartMember`,
      ),
      ...because(quorum, `TestGRPCRequireLeader TestGRPCStreamRequireLeader TestV3LeaseRequireLeader`),
      ...because(
        leader,
        `TestConcurrentMoveLeader TestMoveLeader TestMoveLeaderService TestMoveLeaderError
TestMoveLeaderToLearnerError TestTransferLeadershipWithLearner
TestFirstCommitNotification`,
      ),
      ...because(
        inside,
        `TestPeriodicCheck TestPeriodicCheckDetectsCorruption TestCompactHashCheck
TestCompactHashCheckDetectCorruption TestCompactHashCheckDetectMultipleCorruption
TestAuthority TestMetricDbSizeBoot TestMetricDbSizeDefrag
TestMetricQuotaBackendBytes TestMetricsHealth TestMetricsRangeDurationSeconds
TestBeforeTestWithoutLeakDetection TestTracing TestEtcdVersionFromWAL
TestV3CorruptAlarm TestV3CorruptAlarmWithLeaseCorrupted TestV3LeasePromote
TestV3LeaseCheckpoint TestV3AdditionalGRPCOptions TestWatchWithProgressNotify TestV3WatchCancellation`,
      ),
      ...because(hashes, `TestCompactionHash`),
    },
  },
  common: {
    failing: because(quotas, `TestAlarm`),
    notRun: {
      ...because(members, `TestMemberAdd TestMemberRemove TestAuthMemberAdd TestAuthMemberRemove`),
      ...because(quorum, `TestKVGetNoQuorum`),
      ...because(
        leader,
        `TestMoveLeaderWithNoAuth TestMoveLeaderWithInvalidAuth TestMoveLeaderWithRootAuth
TestMoveLeaderWithUserAuth TestWaitLeader TestWaitLeader_MemberStop`,
      ),
    },
  },
} as const satisfies Readonly<Record<string, KnownResults>>;
