(* The gradient, as a derivation: one component, or the derivative along one direction. *)
Record calculus (K : realFieldType) := Calculus {
  D : K -> K;
  ln : K -> K;
  ex : K -> K;
  D_add : forall x y, D (x + y) = D x + D y;
  D_mul : forall x y, D (x * y) = D x * y + x * D y;
  D_ln : forall x, 0 < x -> D (ln x) = D x / x;
  ln_mul : forall x y, 0 < x -> 0 < y -> ln (x * y) = ln x + ln y;
  D_ex : forall x, D (ex x) = ex x * D x;
  ex_add : forall x y, ex (x + y) = ex x * ex y;
  ex_gt0 : forall x, 0 < ex x;
  ln_ex : forall x, ln (ex x) = x;
  ln_le : forall x, 0 < x -> ln x <= x - 1;
}.

Section Derivation.
Variables (K : realFieldType) (C : calculus K).
Implicit Types x y c : K.
Notation d := (D C).

Lemma D0 : d 0 = 0.
Proof. by have /eqP := D_add C 0 0; rewrite addr0 -subr_eq subrr => /eqP <-. Qed.
Lemma D1 : d 1 = 0.
Proof. by have /eqP := D_mul C 1 1; rewrite !mulr1 mul1r -subr_eq subrr => /eqP <-. Qed.
Lemma D_opp x : d (- x) = - d x.
Proof. by apply/eqP; rewrite -addr_eq0 -D_add addNr D0. Qed.
Lemma D_addc x y : d x = 0 -> d y = 0 -> d (x + y) = 0.
Proof. by move=> h k; rewrite D_add h k addr0. Qed.
Lemma D_oppc x : d x = 0 -> d (- x) = 0.
Proof. by move=> h; rewrite D_opp h oppr0. Qed.
Lemma D_mulc x y : d x = 0 -> d y = 0 -> d (x * y) = 0.
Proof. by move=> h k; rewrite D_mul h k mul0r mulr0 addr0. Qed.
Lemma D_scale c x : d c = 0 -> d (c * x) = c * d x.
Proof. by move=> h; rewrite D_mul h mul0r add0r. Qed.
Lemma D_nat n : d n%:R = 0.
Proof. by elim: n => [|n ih]; rewrite ?D0 // -addn1 natrD D_addc // D1. Qed.
Lemma D_zr z : d (zr K z) = 0.
Proof. by case: z => [|p|p] /=; rewrite ?D0 ?D_opp ?D_nat ?oppr0. Qed.
Lemma D_exp x n : d (x ^+ n) = n%:R * x ^+ n.-1 * d x.
Proof.
elim: n => [|[|n] ih]; first by rewrite expr0 D1 !mul0r.
  by rewrite expr1 expr0 !mul1r.
by rewrite exprS D_mul ih /= -[n.+2]addn1 natrD [x ^+ n.+1]exprS; ring.
Qed.
Lemma D_powz x (n : Z) : (1 <= n)%Z -> d (powz x n) = zr K n * powz x (n - 1) * d x.
Proof.
move=> h; have [m ->] : exists m, n = Z.of_nat m.+1 by exists (Z.to_nat n).-1; lia.
rewrite (_ : (Z.of_nat m.+1 - 1)%Z = Z.of_nat m); last lia.
by rewrite !powz_nat D_exp zr_nat.
Qed.
Lemma D_inv x : x != 0 -> d x^-1 = - d x / x ^+ 2.
Proof.
move=> h; have /eqP := D_mul C x x^-1; rewrite divff // D1 eq_sym addrC addr_eq0 => /eqP e.
by apply: (mulfI h); rewrite e; field.
Qed.
Lemma D_invc x : d x = 0 -> d x^-1 = 0.
Proof.
move=> h; have [->|n] := eqVneq x 0; first by rewrite invr0 D0.
by rewrite D_inv // h oppr0 mul0r.
Qed.
Lemma D_expc x n : d x = 0 -> d (x ^+ n) = 0.
Proof. by move=> h; rewrite D_exp h mulr0. Qed.
Lemma D_powc x n : d x = 0 -> d (powz x n) = 0.
Proof. by move=> h; rewrite /powz; case: ifP => _; [|apply: D_invc]; apply: D_expc. Qed.
Lemma D_exc x : d x = 0 -> d (ex C x) = 0.
Proof. by move=> h; rewrite D_ex h mulr0. Qed.
Lemma D_lnc x : 0 < x -> d x = 0 -> d (ln C x) = 0.
Proof. by move=> p h; rewrite D_ln // h mul0r. Qed.
Lemma D_sum (I : Type) (r : seq I) (f : I -> K) : d (\sum_(i <- r) f i) = \sum_(i <- r) d (f i).
Proof. exact: (big_morph d (D_add C) D0). Qed.
Lemma D_sumc (I : Type) (r : seq I) (f : I -> K) : (forall i, d (f i) = 0) -> d (\sum_(i <- r) f i) = 0.
Proof. by move=> h; rewrite D_sum big1. Qed.
Lemma D_timec lo hi (f : Z -> K) : (forall k, (lo <= k)%Z -> (k <= hi)%Z -> d (f k) = 0) ->
  d (\sum_(k <- zrange lo hi) f k) = 0.
Proof. by move=> h; rewrite D_sum (time_eq (g := fun=> 0) h) sum_zero. Qed.
Lemma D_prodc (I : Type) (r : seq I) (f : I -> K) : (forall i, d (f i) = 0) -> d (\prod_(i <- r) f i) = 0.
Proof. by move=> h; elim/big_ind: _ => [|x y hx hy|i _]; [exact: D1 | exact: D_mulc | exact: h]. Qed.
Lemma D_meanc (I : Type) (r : seq I) (p f : I -> K) :
  (forall i, d (p i) = 0) -> (forall i, d (f i) = 0) -> d (mean r p f) = 0.
Proof. by move=> h k; apply: D_sumc => i; apply: D_mulc. Qed.
Lemma ln1 : ln C 1 = 0.
Proof. by have /eqP := ln_mul C ltr01 ltr01; rewrite mulr1 -subr_eq subrr => /eqP <-. Qed.
Lemma ln_inv x : 0 < x -> ln C x^-1 = - ln C x.
Proof.
move=> h; apply/eqP; rewrite -addr_eq0 -ln_mul ?invr_gt0 // mulVf ?ln1 //; exact: lt0r_neq0.
Qed.
Lemma ln_exp x n : 0 < x -> ln C (x ^+ n) = n%:R * ln C x.
Proof.
move=> h; elim: n => [|n ih]; first by rewrite ln1 mul0r.
by rewrite exprS ln_mul ?exprn_gt0 // ih -addn1 natrD; ring.
Qed.
Lemma ln_time lo hi (f : Z -> K) : (forall k, (lo <= k)%Z -> (k <= hi)%Z -> 0 < f k) ->
  ln C (\prod_(k <- zrange lo hi) f k) = \sum_(k <- zrange lo hi) ln C (f k).
Proof.
rewrite /zrange !big_map; set n := Z.to_nat _ => h.
have {h} : forall i, (i < n)%N -> 0 < f (lo + Z.of_nat i)%Z by move=> i /ssrnat.ltP hi_; apply: h; lia.
elim: n => [|n ih] h; first by rewrite !big_nil ln1.
rewrite -[n.+1]addn1 iotaD !big_cat /= !big_seq1 ln_mul ?ih ?add0n //; last exact: h.
- by move=> i hi_; apply: h; rewrite ltnS ltnW.
- rewrite big_seq prodr_gt0 // => i; rewrite mem_iota add0n /= => hi_; apply: h; exact: ltnW.
Qed.
Lemma ex0 : ex C 0 = 1.
Proof.
have h := ex_gt0 C 0; apply: (mulfI (lt0r_neq0 h)); by rewrite mulr1 -ex_add addr0.
Qed.
Lemma ex_opp x : ex C (- x) = (ex C x)^-1.
Proof.
have h := lt0r_neq0 (ex_gt0 C x); by apply: (mulfI h); rewrite -ex_add addrN ex0 divff.
Qed.
Lemma ex_mul n x : ex C (n%:R * x) = ex C x ^+ n.
Proof. by elim: n => [|n ih]; rewrite ?mul0r ?ex0 // exprS -ih -ex_add -addn1 natrD; congr ex; ring. Qed.
Lemma D_expn x n : x != 0 -> d (x ^- n) = - n%:R * x ^- n.+1 * d x.
Proof.
move=> h; rewrite D_inv ?expf_neq0 // D_exp; case: n => [|n]; first by rewrite !(mul0r, oppr0).
by rewrite /= !exprS; field; rewrite ?h ?expf_neq0 ?h.
Qed.
Lemma ln_expn x n : 0 < x -> ln C (x ^- n) = - n%:R * ln C x.
Proof. by move=> h; rewrite ln_inv ?exprn_gt0 // ln_exp // mulNr. Qed.
Lemma ex_muln n x : ex C (- n%:R * x) = ex C x ^- n.
Proof. by rewrite mulNr ex_opp ex_mul. Qed.
End Derivation.

(* P(tau), with the number of steps before the states and actions of the trajectory. *)
Section Paths.
Variables (K : realFieldType) (S A : Type) (rho : S -> K) (pi : A -> S -> K) (P : S -> S -> A -> K).
Definition path (n : Z) (s : Z -> S) (a : Z -> A) : K :=
  rho (s 0%Z) * \prod_(k <- zrange 0 (n - 1)) (pi (a k) (s k) * P (s (k + 1)%Z) (s k) (a k)).

Lemma path_start s a : path 0 s a = rho (s 0%Z).
Proof. by rewrite /path zrange_empty ?big_nil ?mulr1. Qed.

Lemma path_step n s a : (0 <= n)%Z ->
  path (n + 1) s a = path n s a * (pi (a n) (s n) * P (s (n + 1)%Z) (s n) (a n)).
Proof.
move=> h; rewrite /path -mulrA; congr (_ * _).
rewrite (_ : (n + 1 - 1 = n)%Z); last lia.
rewrite (@time_prod_split _ 0 n n); [|lia|lia].
by rewrite [X in _ * X](time_prod_single _ (erefl n)).
Qed.

(* What happened had a chance. *)
Hypothesis rho_ge0 : forall x, 0 <= rho x.
Hypothesis pi_ge0 : forall y x, 0 <= pi y x.
Hypothesis P_ge0 : forall x' x y, 0 <= P x' x y.

Lemma path_neq0 n s a : 0 < path n s a ->
  rho (s 0%Z) != 0 /\ (forall t, (0 <= t)%Z -> (t <= n - 1)%Z -> pi (a t) (s t) * P (s (t + 1)%Z) (s t) (a t) != 0).
Proof.
move=> /lt0r_neq0; rewrite /path mulf_eq0 negb_or => /andP[h0 h]; split=> // t t0 tn.
move: h; rewrite (@time_prod_split _ 0 t) ?(@time_prod_split _ t (t + 1) (n - 1)); try lia.
rewrite (_ : t + 1 - 1 = t)%Z; last lia.
by rewrite (time_prod_single _ (erefl t)) !mulf_eq0 !negb_or => /andP[_ /andP[/andP[-> ->] _]].
Qed.

Lemma path_start_gt0 n s a : 0 < path n s a -> 0 < rho (s 0%Z).
Proof. by move=> /path_neq0[h _]; rewrite lt0r h rho_ge0. Qed.
Lemma path_policy_gt0 n s a t : 0 < path n s a -> (0 <= t)%Z -> (t <= n - 1)%Z -> 0 < pi (a t) (s t).
Proof.
by move=> /path_neq0[_ h] t0 tn; move: (h t t0 tn); rewrite mulf_eq0 negb_or lt0r pi_ge0 => /andP[-> _].
Qed.
Lemma path_dynamics_gt0 n s a t u : 0 < path n s a -> (0 <= t)%Z -> (t <= n - 1)%Z -> u = (t + 1)%Z ->
  0 < P (s u) (s t) (a t).
Proof.
by move=> /path_neq0[_ h] t0 tn ->; move: (h t t0 tn); rewrite mulf_eq0 negb_or lt0r P_ge0 => /andP[_ ->].
Qed.
End Paths.
