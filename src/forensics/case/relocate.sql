-- title: where evidence is now
-- why: it was given again from another place, and is no longer where it was read: `show` and `verify` look for it there
-- parameters: $sha256, $location
UPDATE evidence_files SET location = $location WHERE sha256 = $sha256;
