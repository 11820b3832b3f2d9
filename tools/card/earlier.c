/* tools/card/earlier.c - the answer to an earlier proof. */
#include "card/earlier.h"

#include "codec/document.h"

#define ANSWER_LARGEST (256 * KIB)
#define HANDLE 32

enum err
earlier_read(struct arena *a, const char *file, struct earlier *out, struct problem *why)
{
	struct document document = document_read(a, file, ANSWER_LARGEST);
	struct place root = document_root(&document);

	out->handle = place_text(place_required(place_member(root, "handle")), HANDLE, HANDLE, NULL);
	out->purpose = place_text(place_required(place_member(root, "purpose")), 1, 40, NULL);
	out->medium = place_text(place_required(place_member(root, "medium")), 1, 40, NULL);
	/* What else the answer told is not asked for again. */
	place_value(root);
	return document_end(&document, why);
}
