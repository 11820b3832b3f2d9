/* assurance/policy_files.c - the files of a version: from a directory, and their digests. */
