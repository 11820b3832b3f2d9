/* crypto/xml_verify.c - checking the enveloped signature over a whole XML document of somebody else. */
#include "crypto/xml_verify.h"
