-- Alarms that are raised, by the member that each is about (etcd: api/v3alarm).
CREATE TABLE pg8s.alarms (
  member_id bigint NOT NULL,
  -- The number of etcd's AlarmType: 1 NOSPACE, 2 CORRUPT.
  alarm integer NOT NULL,
  PRIMARY KEY (member_id, alarm)
);

-- The version of etcd that the cluster is to go down to, while it is (etcd: DowngradeInfo).
CREATE TABLE pg8s.downgrade (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  target text NOT NULL
);
