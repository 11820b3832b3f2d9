/* tests/fuzz/fuzz_attributes.c - attributes that are read are texts within the bytes and dates of a calendar; of those
 * that are not nothing is left, and no sentence holds any of them. */
#include <assert.h>
#include <string.h>

#include "codec/text.h"
#include "jpki/attributes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(struct span all, struct span text)
{
	if (text.size == 0)
		return;
	assert(text.data >= all.data && text.data + text.size <= all.data + all.size && utf8_valid(text));
	/* What differs only in how it is written is the same; so is each text itself, unless it is blanks. */
	assert(jpki_text_same(text, text) || !jpki_text_same(text, span_text("a")));
}

static void
check_birth(const struct birth_date *born)
{
	const struct instant now = { SECONDS(1795305600) };
	char text[11];
	int before = 1;

	assert(born->month <= 12 && born->day <= 31 && born->year <= 9999 && born->era <= 9);
	jpki_birth_text(born, text);
	assert(strlen(text) == (born->year && born->month && born->day ? strlen("YYYY-MM-DD") : 0));
	/* Who is over 20 is over 18. */
	for (unsigned years = 0; years < 200; years++) {
		int over = jpki_age_over(born, years, now);

		assert(over == -1 ? text[0] == '\0' : over <= before);
		before = over;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct x509 x = { .subject_names.value = span_of(data, size) };
	struct span all = x.subject_names.value, prefecture;
	struct jpki_attributes found;
	struct problem why = { 0 };
	enum err err = jpki_attributes_read(&x, &found, &why);

	if (err != OK) {
		const struct jpki_attributes none = { 0 };

		assert(why.code == err && why.text[0] && strlen(why.text) < 100);
		assert(memcmp(&found, &none, sizeof(found)) == 0);
		return 0;
	}
	check_text(all, found.name);
	check_text(all, found.address);
	check_text(all, found.name_substituted);
	check_text(all, found.address_substituted);
	for (size_t i = 0; i < found.other_count; i++)
		check_text(all, found.others[i].value);
	check_birth(&found.born);
	if (jpki_prefecture(found.address, &prefecture))
		assert(prefecture.data == found.address.data && prefecture.size < found.address.size + 1);
	assert(found.other_count == 0 || jpki_attributes_there(&x));
	return 0;
}
