/* jpki/linkage_answer.h - a question for certificates that correspond, and its answer, as JSON
 * (schemas/jpki-linkage.schema.json). */
#pragma once

#include "base/buffer.h"
#include "jpki/linkage.h"
#include "jpki/operator_call.h"

/* {"issuer_key_id":"…","serial":"…","purpose":"signature","medium":"card","wanted":{"purpose":"…","medium":"…"}} */
void linkage_question_write(struct buffer *, const struct linkage_question *);

/* What the answer says, when it is of the form and of this time, as operator_answer_judge() has it; in the arena, which
 * needs LINKAGE_ARENA. Whatever is wrong is no answer, with its text. */
#define LINKAGE_ARENA (32 * OPERATOR_ANSWER_LARGEST + 64 * KIB)
void linkage_answer_judge(struct arena *, struct span json, int64_t oldest, int64_t skew, struct instant now,
    struct linkage_answer *out);
