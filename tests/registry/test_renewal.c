/* tests/registry/test_renewal.c */
