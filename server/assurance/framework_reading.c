/* assurance/framework_reading.c - one version of a framework read from its files. */
