"""The front door: who is asking, in what form, and the answer in the form he asked for."""
