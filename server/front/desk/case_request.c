/* front/desk/case_request.c - what the desk's page posts: a case, how a similar account is settled. */
#include "codec/reader.h"
#include "codec/text.h"
#include "front/desk/visit.h"

#define NUMBER_LARGEST 40

static unsigned
read_words(struct reader *r, enum desk_set set)
{
	unsigned words = 0, word;

	reader_array(r);
	while (reader_element(r)) {
		struct span text = reader_string(r, 1, 40);

		word = desk_word_read(set, text);
		if (!word)
			reader_fail_word(r, "one of the words of schemas/desk-case.schema.json", text);
		else if (words & word)
			reader_fail(r, "each word once", "one twice");
		words |= word;
	}
	return words;
}

static void
read_document(struct reader *r, struct desk_document *out)
{
	bool has_kind = false, has_force = false;
	struct span name, word;
	int kind;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "kind")) {
			word = reader_string(r, 1, 60);
			kind = desk_kind_read(word);
			if (kind < 0)
				reader_fail_word(r, "a kind of document", word);
			else
				out->kind = (unsigned)kind;
			has_kind = true;
		} else if (span_is(name, "checked")) {
			out->checked = read_words(r, DESK_CHECKS);
		} else if (span_is(name, "in_force")) {
			out->in_force = reader_boolean(r);
			has_force = true;
		}
	}
	if (!has_kind || !has_force)
		reader_fail(r, "kind, checked and in_force", "not all of them");
}

static void
read_documents(struct reader *r, struct desk_evidence *out)
{
	reader_array(r);
	while (reader_element(r)) {
		if (out->document_count == DESK_DOCUMENTS) {
			reader_fail(r, "at most 6 documents", "more");
			return;
		}
		read_document(r, &out->documents[out->document_count++]);
	}
}

static void
read_attributes(struct reader *r, struct desk_application *out)
{
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "name"))
			out->name = reader_string(r, 1, DESK_NAME_LARGEST);
		else if (span_is(name, "birthdate"))
			out->birthdate = reader_string(r, 1, 10);
		else if (span_is(name, "gender"))
			out->gender = reader_string(r, 1, 20);
		else if (span_is(name, "address"))
			out->address = reader_string(r, 1, DESK_ADDRESS_LARGEST);
	}
}

static enum desk_portrait
read_portrait(struct reader *r)
{
	struct span word = reader_string(r, 1, 20);
	enum desk_portrait portrait = desk_portrait_read(word);

	if (portrait < DESK_PORTRAITS)
		return portrait;
	reader_fail_word(r, "none, by-agent, automated or both", word);
	return PORTRAIT_NOT_COMPARED;
}

/* Members that are words or true; the others are read where they stand. */
static bool
read_stated(struct reader *r, struct span name, struct desk_evidence *e)
{
	const struct { const char *name; enum desk_set set; unsigned *words; } sets[] = {
		{ "records_checked", DESK_RECORDS, &e->records },
		{ "accounts", DESK_ACCOUNTS, &e->accounts },
		{ "nonrepudiation", DESK_NONREPUDIATION, &e->nonrepudiation },
		{ "address_confirmed", DESK_ADDRESSES, &e->addresses },
	};
	const struct { const char *name; bool *said; } flags[] = {
		{ "address_of_record", &e->address_of_record }, { "all_data_checked", &e->all_data_checked },
		{ "biometric_recorded", &e->biometric_recorded }, { "loss_checked", &e->loss_checked },
		{ "terms_told", &e->terms_told },
	};

	for (size_t i = 0; i < COUNT(sets); i++)
		if (span_is(name, sets[i].name)) {
			*sets[i].words = read_words(r, sets[i].set);
			return true;
		}
	for (size_t i = 0; i < COUNT(flags); i++)
		if (span_is(name, flags[i].name)) {
			*flags[i].said = reader_boolean(r);
			return true;
		}
	return false;
}

enum err
desk_open_read(struct exchange *e, struct desk_open *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = 16 * KIB, .depth = 5 });
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "account") && reader_peek(&r) == READER_NULL)
			reader_null(&r);
		else if (span_is(name, "account"))
			out->account = reader_string(&r, 1, NUMBER_LARGEST);
		else if (span_is(name, "documents"))
			read_documents(&r, &out->evidence);
		else if (span_is(name, "attributes"))
			read_attributes(&r, &out->application);
		else if (span_is(name, "portrait"))
			out->evidence.portrait = read_portrait(&r);
		else if (span_is(name, "note"))
			out->application.note = reader_string(&r, 0, DESK_NOTE_LARGEST);
		else
			read_stated(&r, name, &out->evidence);
	}
	return reader_end(&r, why);
}

enum err
desk_settling_read(struct exchange *e, struct desk_settling *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = KIB, .depth = 1 });
	struct span name;

	*out = (struct desk_settling){ .settled = DESK_SAME };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "account"))
			out->account = reader_string(&r, 1, NUMBER_LARGEST);
		else if (span_is(name, "same"))
			out->settled = reader_boolean(&r) ? DESK_SAME : DESK_DIFFERENT;
	}
	if (!out->account.size)
		reader_fail(&r, "the number of an account", "none");
	return reader_end(&r, why);
}
