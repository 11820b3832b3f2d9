/* tests/registry/test_membership.c */
