"""What can be said of the signing module without the C2PA library."""

import subprocess
import sys

from provenance import manifest


def test_a_signer_does_not_show_its_key() -> None:
    assert "secret" not in repr(manifest.Signer("chain", "secret"))


def test_the_library_is_not_loaded_by_passing_readings_around() -> None:
    modules = "provenance.manifest, provenance.sandbox, provenance.sandbox_process"
    code = f"import sys, {modules}; sys.exit('c2pa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
