package org.tornadonn.nn.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.tornadonn.nn.Norm;
import org.tornadonn.nn.UserException;

class ModelsTest {
    @Test
    void everyNameIsAModelWithEitherNorm() {
        assertEquals(13, Models.names().size());
        for (String name : Models.names()) {
            for (Norm norm : Norm.values()) {
                assertEquals(norm, Models.create(name, 10, norm).norm(), name);
                assertEquals(224, Models.create(name, 10, norm).imageSize(), name);
            }
        }
    }

    @Test
    void anUnknownNameIsExplained() {
        UserException e = assertThrows(UserException.class, () -> Models.create("resnet50", 10, Norm.DYT));
        assertTrue(e.getMessage().contains("vit_tiny_patch16_224"), e.getMessage());
    }
}
