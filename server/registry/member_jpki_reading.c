/* registry/member_jpki_reading.c - what a member may do with certificates of JPKI, read from its record. */
#include "registry/member_reading.h"

#define DAY SECONDS(86400)
#define YEAR (366 * DAY) /* the longest there is; Cabinet Order Art. 10 */

static unsigned
read_uses(struct place object)
{
	struct place array = place_member(object, "uses");
	size_t count = place_count_within(array, 1, JPKI_PURPOSES);
	unsigned uses = 0;

	if (!place_exists(array))
		place_fail(array, "an array of signature, authentication or both", NULL);
	for (size_t i = 0; i < count; i++) {
		struct place p = place_element(array, i);
		const char *text = json_string_value(p.value);
		unsigned use = jpki_purpose_read(span_text(text ? text : ""));

		if (!use || uses & use)
			place_fail(p, use ? "each use once" : "signature or authentication", NULL);
		uses |= use;
	}
	return uses;
}

static void
read_accreditations(struct place jpki, struct member_record *m)
{
	static const char *const bases[] = { "accredited", "public-body", "court", "certification-business", NULL };
	struct place array = place_member(jpki, "accreditations");
	struct member_accreditation *list;

	m->accreditation_count = place_count_within(array, 0, MEMBER_RIGHTS);
	m->accreditations = list = arena_array(array.document->arena, struct member_accreditation,
	    m->accreditation_count);
	for (size_t i = 0; i < m->accreditation_count; i++) {
		struct place p = place_element(array, i);

		list[i] = (struct member_accreditation){
			.name = value_needed(p, "name", &form_name),
			.basis = value_word(p, "basis", bases),
			.uses = read_uses(p),
			.from = value_instant(p, "from"),
			.until = value_instant(p, "until"),
			.notified = value_instant(p, "notified"),
		};
		if (!instant_before(list[i].from, list[i].until))
			place_fail(place_member(p, "until"), "a time after from", NULL);
		else if (span_is(list[i].basis, "accredited") && list[i].until.us - list[i].from.us > YEAR)
			place_fail(place_member(p, "until"),
			    "a time within a year of from, which is how long an accreditation lasts (Cabinet Order "
			    "Art. 10)",
			    NULL);
		for (size_t n = 0; n < i; n++)
			if (span_equal(list[n].name, list[i].name))
				place_fail(place_member(p, "name"), "each accreditation once", NULL);
	}
}

static void
read_entrustments(struct place jpki, struct member_record *m)
{
	struct place array = place_member(jpki, "entrustments");
	struct member_entrustment *list;

	m->entrustment_count = place_count_within(array, 0, MEMBER_RIGHTS);
	m->entrustments = list = arena_array(array.document->arena, struct member_entrustment, m->entrustment_count);
	for (size_t i = 0; i < m->entrustment_count; i++) {
		struct place p = place_element(array, i);

		list[i] = (struct member_entrustment){
			.to = value_needed(p, "to", &form_member_id),
			.uses = read_uses(p),
			.from = value_instant(p, "from"),
			.until = value_instant(p, "until"),
			.reported = value_instant(p, "reported"),
		};
		if (!instant_before(list[i].from, list[i].until))
			place_fail(place_member(p, "until"), "a time after from", NULL);
		if (span_equal(list[i].to, m->id))
			place_fail(place_member(p, "to"), "another member", NULL);
		for (size_t n = 0; n < i; n++)
			if (span_equal(list[n].to, list[i].to) && list[n].from.us == list[i].from.us)
				place_fail(p, "each entrustment once", "the one before again");
	}
}

void
member_jpki_read(struct place root, struct member_record *m)
{
	struct place jpki = place_member(root, "jpki");

	if (!place_exists(jpki))
		return;
	read_accreditations(jpki, m);
	read_entrustments(jpki, m);
}
