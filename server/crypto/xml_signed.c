/* crypto/xml_signed.c - an XML signature with its certificate beside it. */
#include "crypto/xml_signed.h"
