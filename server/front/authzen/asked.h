/* front/authzen/asked.h - what a request of the AuthZEN API asks, before anybody knows what its facts mean
 * (Authorization API 1.0 s5-s8): the parts as JSON texts, with their names read.
 *
 * All of it has been found to be good JSON, but for the context of a single question: that is the largest of what is
 * asked, and posed.h reads it, once. Members nobody knows are passed over (s4); of those we know, type and size are
 * checked: of an item of several what is wrong is the item's own (s7.2.1), and only a body that is no JSON, or asks too
 * much, is refused whole. Sentences begin with the JSON pointer.
 */
#pragma once

#include "codec/reader.h"
#include "front/authzen/access.h"

#define ASKED_LARGEST (64 * KIB)
/* Of the body; of a single question, of each part by itself. */
#define ASKED_DEPTH 10
#define ASKED_VALUES 2048
extern const struct limits asked_limits;
#define ASKED_ID_LARGEST 1024

/* A subject, action or resource; of an action `id` is its name and `type` empty. */
struct asked_part {
	struct span json;        /* empty: not there */
	struct span type, id;
	struct span properties;  /* JSON object; empty: none */
};

struct asked {
	struct asked_part parts[PART_CONTEXT];
	struct span context;     /* JSON object; empty: none */
	const char *at;          /* JSON pointer of what was asked: "", "/evaluations/3" */
	struct problem problem;  /* of an item of several: why it cannot be decided; code OK: it can */
};

enum asked_semantic { EXECUTE_ALL, DENY_ON_FIRST_DENY, PERMIT_ON_FIRST_PERMIT };

struct asked_body {
	struct asked defaults;   /* or the only question, when there are no items */
	struct asked *items;
	size_t item_count;
	enum asked_semantic semantic;
	struct {
		struct span token;
		bool limited;    /* else there is no limit of the asker's */
		uint64_t limit;  /* 0: none is to be told, only whether there are some (s8.2.1: not negative) */
	} page;
};

/* One question: what must be there and is not is an error. */
enum err asked_read_one(struct arena *, struct span body, struct asked_body *out, struct problem *why);
/* Several: then it is the item's. Without items, one question (s7.1). */
enum err asked_read_several(struct arena *, struct span body, struct asked_body *out, struct problem *why);
/* One without the id of the part that is searched for, or without the action. */
enum err asked_read_search(struct arena *, struct span body, enum part searched, struct asked_body *out,
    struct problem *why);

/* A reader of a piece knows only the pointers within it: puts the pointer to the piece before them. Returns
 * why->code. */
enum err asked_within(struct problem *why, const char *at);
