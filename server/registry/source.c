/* registry/source.c - a source of metadata: its state as a record, and what is decided about it without asking anybody.
 */
#include "registry/source.h"

#include <assert.h>

#include "base/record.h"
#include "codec/xml.h"
#include "crypto/digest.h"

#define STATE_FORMAT 1
#define RETRY SECONDS(60)

const struct table source_table = { "source", ROLE_BIT(ROLE_STEWARD), 0 };

/* The record */

void
source_state_write(struct buffer *b, const struct source_state *s)
{
	buffer_u8(b, STATE_FORMAT);
	buffer_instant(b, s->attempted);
	buffer_instant(b, s->succeeded);
	buffer_instant(b, s->valid_until);
	buffer_instant(b, s->next);
	buffer_instant(b, s->imported);
	buffer_u32(b, s->entities);
	buffer_u32(b, s->refused);
	buffer_add(b, span_of(s->document, sizeof(s->document)));
	buffer_add(b, span_of(s->settings, sizeof(s->settings)));
	buffer_u8(b, (uint8_t)s->code);
	buffer_u8(b, s->held);
	buffer_block(b, s->etag);
	buffer_block(b, s->problem);
	buffer_block(b, s->clause);
}

static void
read_digest(struct record *r, uint8_t out[32])
{
	struct span bytes = record_bytes(r, 32);

	if (bytes.size)
		memcpy(out, bytes.data, 32);
}

bool
source_state_read(struct span value, struct source_state *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r), code, held;

	*out = (struct source_state){ .attempted = record_instant(&r) };
	out->succeeded = record_instant(&r);
	out->valid_until = record_instant(&r);
	out->next = record_instant(&r);
	out->imported = record_instant(&r);
	out->entities = record_u32(&r);
	out->refused = record_u32(&r);
	read_digest(&r, out->document);
	read_digest(&r, out->settings);
	code = record_u8(&r);
	held = record_u8(&r);
	out->etag = record_block(&r);
	out->problem = record_block(&r);
	out->clause = record_block(&r);
	if (format != STATE_FORMAT || code > ERR_CRYPTO || held > 1 || !record_whole(&r))
		return false;
	out->code = (enum err)code;
	out->held = held;
	return true;
}

/* Decisions */

bool
source_shrank(uint32_t before, uint32_t kept, unsigned max_loss)
{
	return max_loss > 0 && kept < before && (uint64_t)(before - kept) * 100 > (uint64_t)before * max_loss;
}

void
source_settings_digest(const struct source_settings *s, uint8_t out[32])
{
	struct buffer b = buffer_init(1 * MIB);

	buffer_block(&b, span_text(s->url ? s->url : ""));
	buffer_block(&b, span_text(s->file ? s->file : ""));
	buffer_block(&b, s->key);
	buffer_u64(&b, (uint64_t)s->longest_validity);
	buffer_u8(&b, s->believe_registration);
	buffer_u8(&b, s->believe_categories);
	assert(!b.overflowed);
	digest(DIGEST_SHA256, buffer_span(&b), out);
	buffer_release(&b);
}

struct instant
source_next(const struct source_settings *s, const struct source_state *before, struct instant now, enum err code,
    struct instant valid_until)
{
	int64_t wait = s->refresh;

	if (code != OK) {
		int64_t last = before->code != OK ? before->next.us - before->attempted.us : 0;
		int64_t longer = last > 0 ? 2 * last : RETRY;

		wait = longer < wait ? longer : wait;
	} else if ((valid_until.us - now.us) / 2 < wait) {
		wait = (valid_until.us - now.us) / 2;
	}
	return instant_after(now, wait < RETRY ? RETRY : wait);
}

/* Validity */

/* The root's attribute, and no more of the document. */
struct root {
	bool seen, says;
	bool readable;
	struct instant until;
};

static enum err
on_start(void *arg, const struct xml_element *e, struct problem *why)
{
	struct root *root = arg;

	root->seen = true;
	for (size_t i = 0; i < e->attribute_count; i++) {
		if (!xml_name_is(&e->attributes[i].name, NULL, "validUntil"))
			continue;
		root->says = true;
		root->readable = instant_read(e->attributes[i].value, &root->until);
	}
	return problem_set(why, ERR_LIMIT, "", "the root is all that is read");
}

#define VALIDITY "SAML 2.0 Metadata s2.3.1"

enum err
source_validity(struct span document, const struct source_settings *s, struct instant now, struct instant *until,
    struct problem *why)
{
	static const struct xml_handler handler = { on_start, NULL, NULL };
	static const struct xml_limits limits = { .bytes = METADATA_LARGEST, .depth = 64, .attributes = 128,
		.text = 64 * KIB };
	char found[INSTANT_TEXT], clock[INSTANT_TEXT], longest[INSTANT_TEXT];
	struct root root = { .seen = false };
	enum err err = xml_read(document, &limits, &handler, &root, why);

	if (!root.seen)
		return err;
	if (!root.says)
		return problem_set(why, ERR_INVALID, VALIDITY,
		    "the source does not say until when: expected validUntil on the root, found none");
	if (!root.readable)
		return problem_set(why, ERR_INVALID, VALIDITY, "the root's validUntil is not a time in UTC");
	if (!instant_before(now, root.until))
		return problem_set(why, ERR_INVALID, VALIDITY,
		    "the document has ended: expected a validUntil after %s, found %s", instant_text(now, clock),
		    instant_text(root.until, found));
	if (root.until.us - now.us > s->longest_validity)
		return problem_set(why, ERR_INVALID, VALIDITY,
		    "expected a validUntil at most %s away, found %s", duration_text(s->longest_validity, longest),
		    instant_text(root.until, found));
	*until = root.until;
	return OK;
}
