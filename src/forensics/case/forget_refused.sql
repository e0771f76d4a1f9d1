-- title: forget that files were refused
-- why: they have been given again: what became of them now is what counts
-- parameters: $paths
DELETE FROM refused_files WHERE list_contains($paths, path);
