package uk.ac.manchester.tornado.api.enums;

/** Tiles that tensor cores multiply: rows, columns, and the length of the sums. */
public enum MMAShape {
    M16N8K16,
    M16N8K32
}
