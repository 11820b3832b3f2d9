/* assurance/condition_reading.c - conditions compiled from JSON. */
