package dev.adhere.reminder;

/// Something that was said to a person, and what it was made from, so that it can be proved later (section
/// 2.5).
///
/// @param id of the text and its version: key, language, and the CRC-32 of the wording before values were put
///     in, `pain.P1/en/3f2a90c1`
/// @param words as they were said
record Text(String id, String words) {}
