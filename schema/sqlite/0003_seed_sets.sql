-- An object may be named by several seed sets, each of which remembers what it last applied. Only the set that created
-- an object may prune it; who created those of before is not known.
CREATE TABLE llmctl_seed_objects_by_set (
  seed_set varchar(100) NOT NULL,
  kind varchar(20) NOT NULL,
  object_id varchar(50) NOT NULL,
  created bool NOT NULL,
  applied text NOT NULL,
  applied_at datetime NOT NULL,
  PRIMARY KEY (seed_set, kind, object_id)
) WITHOUT ROWID;
INSERT INTO llmctl_seed_objects_by_set (seed_set, kind, object_id, created, applied, applied_at)
  SELECT seed_set, kind, object_id, 0, applied, applied_at FROM llmctl_seed_objects;
DROP TABLE llmctl_seed_objects;
ALTER TABLE llmctl_seed_objects_by_set RENAME TO llmctl_seed_objects;
