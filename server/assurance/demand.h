/* assurance/demand.h - what an asker requires, as it is written in a question. */
#pragma once

#include "assurance/evaluation.h"
#include "codec/reader.h"

/* The value at hand: an object of areas of the framework, each with a level of its, which is the least
 * ({"registration":"2"}), or with level and comparison ({"registration":{"level":"2","comparison":"exact"}}). What is
 * none is the reader's error, with its pointer. */
void demand_read(struct reader *, const struct framework *, struct demand *);
