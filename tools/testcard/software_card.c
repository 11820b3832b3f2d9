/* tools/testcard/software_card.c - a card as a directory. */
#include "testcard/software_card.h"

#include <openssl/crypto.h>
#include <unistd.h>

#include "base/buffer.h"
#include "codec/document.h"
#include "testcard/draft.h"
#include "testcard/key.h"

#define FILE_LARGEST (64 * KIB)
#define STATE_LARGEST (4 * KIB)

bool
pin_well_formed(enum purpose purpose, const char *pin)
{
	size_t size = strlen(pin);

	if (purpose == AUTHENTICATION)
		return size == 4 && strspn(pin, "0123456789") == 4;
	return size >= 6 && size <= PIN_LARGEST && strspn(pin, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == size;
}

unsigned
pin_tries(enum purpose purpose)
{
	return purpose == SIGNATURE ? 5 : 3;
}

static enum err
state_write(const struct software_card *card, struct problem *why)
{
	struct buffer text = buffer_init(STATE_LARGEST);
	char path[4096];
	bool more = false;
	enum err err;

	snprintf(path, sizeof(path), "%s/card.json", card->directory);
	buffer_text(&text, "{\"pins\":{");
	for (size_t p = 0; p < PURPOSES; p++) {
		const struct software_pin *pin = &card->of[p].pin;

		if (!card->of[p].key)
			continue;
		buffer_print(&text, "%s\n\t\"%s\":{\"pin\":\"%s\",\"left\":%u,\"most\":%u}", more ? "," : "",
		    purpose_shapes[p].name, pin->pin, pin->left, pin->most);
		more = true;
	}
	buffer_text(&text, "\n}}\n");
	err = file_replace(path, 0600, buffer_span(&text), why);
	buffer_release(&text);
	return err;
}

static const char *
file_of(struct arena *a, const char *directory, size_t purpose, const char *what)
{
	return arena_print(a, "%s/%s%s", directory, purpose_shapes[purpose].folder, what);
}

enum err
software_card_write(struct arena *a, const struct software_card *card, struct problem *why)
{
	const char *directory = card->directory;
	enum err err = directory_make(a, directory, why);

	if (err == OK && access(arena_print(a, "%s/card.json", directory), F_OK) == 0)
		return problem_set(why, ERR_CONFLICT, "", "%s: there is a card in it", directory);
	for (size_t p = 0; p < PURPOSES && err == OK; p++)
		if (card->of[p].key &&
		    (err = key_write(file_of(a, directory, p, ".key"), card->of[p].key, why)) == OK &&
		    (err = file_replace(file_of(a, directory, p, ".cer"), 0644, card->of[p].certificate, why)) == OK)
			err = file_replace(file_of(a, directory, p, "-ca.cer"), 0644, card->of[p].authority, why);
	return err == OK ? state_write(card, why) : err;
}

static void
pin_read(struct place pins, size_t purpose, struct software_pin *out)
{
	struct place one = place_member(pins, purpose_shapes[purpose].name);

	if (!place_exists(one))
		return;
	snprintf(out->pin, sizeof(out->pin), "%s",
	    place_text(place_required(place_member(one, "pin")), 4, PIN_LARGEST, NULL));
	out->most = (unsigned)place_integer(place_required(place_member(one, "most")), 1, 15, 1);
	out->left = (unsigned)place_integer(place_required(place_member(one, "left")), 0, out->most, 0);
}

enum err
software_card_open(struct arena *a, const char *directory, struct software_card *out, struct problem *why)
{
	const char *path = arena_print(a, "%s/card.json", directory);
	struct document document;
	struct place pins;
	enum err err;

	*out = (struct software_card){ .directory = directory };
	document = document_read(a, path, STATE_LARGEST);
	pins = place_required(place_member(document_root(&document), "pins"));
	for (size_t p = 0; p < PURPOSES; p++)
		pin_read(pins, p, &out->of[p].pin);
	err = document_end(&document, why);
	for (size_t p = 0; p < PURPOSES && err == OK; p++)
		if (out->of[p].pin.most && (err = file_take(a, file_of(a, directory, p, ".cer"), FILE_LARGEST,
		    &out->of[p].certificate, why)) == OK &&
		    (err = file_take(a, file_of(a, directory, p, "-ca.cer"), FILE_LARGEST, &out->of[p].authority,
		    why)) == OK)
			err = key_load(file_of(a, directory, p, ".key"), &out->of[p].key, why);
	if (err != OK)
		software_card_close(out);
	return err;
}

void
software_card_close(struct software_card *card)
{
	for (size_t p = 0; p < PURPOSES; p++) {
		EVP_PKEY_free(card->of[p].key);
		card->of[p].key = NULL;
	}
}

enum pin_answer
software_pin_try(struct software_card *card, enum purpose purpose, struct span pin)
{
	struct software_pin *own = &card->of[purpose].pin;
	bool right = pin.size == strlen(own->pin) && CRYPTO_memcmp(pin.data, own->pin, pin.size) == 0;
	unsigned before = own->left;

	if (own->left == 0)
		return PIN_BLOCKED;
	own->left = right ? own->most : own->left - 1;
	/* Who pulls the card out right now shall have lost the try. */
	if (own->left != before && state_write(card, NULL) != OK) {
		own->left = before;
		return PIN_NOT_KEPT;
	}
	return right ? PIN_RIGHT : own->left ? PIN_WRONG : PIN_BLOCKED;
}

enum err
software_card_unblock(struct software_card *card, struct problem *why)
{
	for (size_t p = 0; p < PURPOSES; p++)
		card->of[p].pin.left = card->of[p].pin.most;
	return state_write(card, why);
}
