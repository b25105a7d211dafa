"""The library's front door: wires storage, formats, learning and jobs together behind the user's verbs."""
